import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { HubReference } from "./hub-reference.ts";

const COMMIT = /^[0-9a-f]{40}$/;

/** The folder of a model in the Hub's cache: `blobs`, `refs` and `snapshots` lie in it. */
export function repositoryFolder(cache: string, { repository }: HubReference): string {
  return join(cache, ["models", ...repository.split("/")].join("--"));
}

/** The folder of one commit's files. */
export function snapshotFolder(repository: string, commit: string): string {
  return join(repository, "snapshots", commit);
}

/** The commit that a revision stood for when it was last downloaded; null when it never was. */
async function cachedCommit(repository: string, revision: string): Promise<string | null> {
  if (COMMIT.test(revision)) return revision;
  const text = await readFile(join(repository, "refs", revision), "utf8").catch(() => null);
  const commit = text?.trim() ?? "";
  return COMMIT.test(commit) ? commit : null;
}

/** The folder of a model's files as the cache has it; null when the revision is not there. */
export async function cachedSnapshot(cache: string, reference: HubReference): Promise<string | null> {
  const repository = repositoryFolder(cache, reference);
  const commit = await cachedCommit(repository, reference.revision);
  if (commit === null) return null;
  const folder = snapshotFolder(repository, commit);
  return existsSync(folder) ? folder : null;
}
