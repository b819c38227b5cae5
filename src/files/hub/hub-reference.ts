import { VlPetError } from "../../error.ts";

/** A model on the Hugging Face Hub, as `hub:owner/name` or `hub:owner/name@revision` says it. */
export interface HubReference {
  readonly text: string;
  /** `owner/name`, or `name` alone for the Hub's oldest models. */
  readonly repository: string;
  /** A branch, a tag or a commit. */
  readonly revision: string;
}

const SCHEME = "hub:";
const NAME = "[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?";
const FORM = new RegExp(`^((?:${NAME}/)?${NAME})(?:@([A-Za-z0-9][A-Za-z0-9._/-]*))?$`);

/** Whether a text names a model on the Hub and not a folder. */
export function isHubReference(text: string): boolean {
  return text.startsWith(SCHEME);
}

/** Throws kind "config" for anything else than `hub:owner/name` with or without a revision. */
export function hubReference(text: string): HubReference {
  const [, repository, revision = "main"] = FORM.exec(text.slice(SCHEME.length)) ?? [];
  const isSafe = !revision.split("/").includes("..") && !text.includes("--");
  if (isHubReference(text) && repository !== undefined && isSafe) return { text, repository, revision };
  throw new VlPetError("config", "this names no model on the Hub", {
    where: text,
    expected: "hub:OWNER/NAME, or hub:OWNER/NAME@REVISION",
    fix: "write it like hub:facebook/bart-base",
  });
}
