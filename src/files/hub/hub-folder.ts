import { existsSync } from "node:fs";
import { join } from "node:path";
import { VlPetError } from "../../error.ts";
import { downloadSnapshot } from "./download-snapshot.ts";
import { cachedSnapshot } from "./hub-cache.ts";
import { hubReference, type HubReference } from "./hub-reference.ts";
import { hubSettings, type Environment, type HubSettings } from "./hub-settings.ts";

/** The files of a model, the best form of its weights first, and those of its tokenizer. */
const WEIGHTS = ["model.safetensors", "pytorch_model.bin"] as const;
const TOKENIZERS = ["vocab.json", "tokenizer.json", "spiece.model"] as const;
const SMALL = [
  "config.json",
  "merges.txt",
  "tokenizer_config.json",
  "special_tokens_map.json",
  ...TOKENIZERS,
];

/** What a folder from the Hub is wanted for. */
export type HubNeed = "model" | "tokenizer";

/** Sets of files, of each of which one must be there. */
const NEEDED: Readonly<Record<HubNeed, readonly (readonly string[])[]>> = {
  model: [["config.json"], WEIGHTS],
  tokenizer: [TOKENIZERS],
};

function absent(need: HubNeed, has: (name: string) => boolean): readonly string[] {
  return NEEDED[need].filter((names) => !names.some(has)).map((names) => names.join(" or "));
}

/** The small files, and the weights once, in their best form, when a model is wanted. */
function chosen(need: HubNeed, names: readonly string[]): readonly string[] {
  const weights = need === "model" ? WEIGHTS.filter((name) => names.includes(name)).slice(0, 1) : [];
  return [...SMALL.filter((name) => names.includes(name)), ...weights];
}

/**
 * The local folder of a model on the Hub, `hub:owner/name` with or without `@revision`. A model in the Hub's cache is
 * used as it is, without a question to the network; anything else is downloaded into the cache first. Throws kind
 * "checkpoint" when it is neither there nor to be had, "config" for a text that names no model.
 */
export async function hubFolder(
  text: string,
  need: HubNeed,
  environment: Environment = process.env,
): Promise<string> {
  const reference = hubReference(text);
  const settings = hubSettings(environment);
  const cached = await cachedSnapshot(settings.cache, reference);
  if (cached !== null && absent(need, (name) => existsSync(join(cached, name))).length === 0) return cached;
  if (settings.isOffline) throw notCached(reference, settings, need, cached);
  const folder = await downloaded(reference, settings, need);
  const missing = absent(need, (name) => existsSync(join(folder, name)));
  if (missing.length > 0) throw unfit(reference, missing);
  return folder;
}

async function downloaded(reference: HubReference, settings: HubSettings, need: HubNeed): Promise<string> {
  try {
    return await downloadSnapshot(reference, settings, (names) => chosen(need, names));
  } catch (cause) {
    if (cause instanceof VlPetError) throw cause;
    const status = (cause as { readonly statusCode?: unknown }).statusCode;
    const reason = cause instanceof Error && cause.cause instanceof Error ? cause.cause.message : "";
    throw new VlPetError("checkpoint", "the model could not be had from the Hub", {
      where: `${reference.text}, from ${settings.endpoint}`,
      received: [cause instanceof Error ? cause.message : String(cause), reason].filter(Boolean).join(": "),
      fix: remedy(status),
      cause,
    });
  }
}

function remedy(status: unknown): string {
  if (status === 401 || status === 403) return "set HF_TOKEN to a token that may read this model";
  if (status === 404) return "check the owner, the name and the revision";
  return "check the network, or download the model elsewhere and give its folder";
}

function notCached(
  { text }: HubReference,
  { cache }: HubSettings,
  need: HubNeed,
  found: string | null,
): VlPetError {
  const has = (name: string): boolean => found !== null && existsSync(join(found, name));
  return new VlPetError(
    "checkpoint",
    "the model is not in the local cache, and the network is switched off",
    {
      where: text,
      expected: absent(need, has).join(", "),
      received: found === null ? `no such revision in ${cache}` : `an incomplete ${found}`,
      fix: "unset HF_HUB_OFFLINE, point HF_HOME to another cache, or give a local folder",
    },
  );
}

function unfit({ text }: HubReference, missing: readonly string[]): VlPetError {
  return new VlPetError("checkpoint", "the model on the Hub does not have what is needed", {
    where: text,
    expected: missing.join(", "),
    fix: "choose another model, or a revision that has these files",
  });
}
