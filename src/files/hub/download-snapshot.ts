import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { downloadFile, modelInfo, pathsInfo, type PathInfo } from "@huggingface/hub";
import { VlPetError } from "../../error.ts";
import { replaceFile } from "../replace-file.ts";
import { repositoryFolder, snapshotFolder } from "./hub-cache.ts";
import type { HubReference } from "./hub-reference.ts";
import type { HubSettings } from "./hub-settings.ts";

/** Chooses from the names of a repository's files those to download. */
export type FileChoice = (names: readonly string[]) => readonly string[];

interface Source {
  readonly reference: HubReference;
  readonly settings: HubSettings;
  /** The commit that the revision stands for now. */
  readonly commit: string;
}

function access({ endpoint, token }: HubSettings) {
  return { hubUrl: endpoint, ...(token === null ? {} : { accessToken: token }) };
}

/**
 * Downloads some files of a model into the Hub's cache, laid out as Hugging Face's library lays it out, and gives the
 * folder of the snapshot. A file appears in it only when it is whole; large files are checked against their SHA-256.
 */
export async function downloadSnapshot(
  reference: HubReference,
  settings: HubSettings,
  choose: FileChoice,
): Promise<string> {
  const { repository: name, revision } = reference;
  const info = await modelInfo({
    name,
    revision,
    additionalFields: ["sha", "filePaths"],
    ...access(settings),
  });
  const source: Source = { reference, settings, commit: info.sha };
  const folder = repositoryFolder(settings.cache, reference);
  const wanted = choose(info.filePaths).filter(
    (path) => !existsSync(join(snapshotFolder(folder, info.sha), path)),
  );
  const files =
    wanted.length === 0
      ? []
      : await pathsInfo({ repo: name, revision: info.sha, paths: [...wanted], ...access(settings) });
  for (const file of files) await downloadInto(folder, source, file);
  await mkdir(dirname(join(folder, "refs", revision)), { recursive: true });
  await writeFile(join(folder, "refs", revision), info.sha);
  return snapshotFolder(folder, info.sha);
}

async function downloadInto(folder: string, source: Source, file: PathInfo): Promise<void> {
  const blob = join(folder, "blobs", file.lfs?.oid ?? file.oid ?? `${source.commit}-${file.path}`);
  const link = join(snapshotFolder(folder, source.commit), file.path);
  await mkdir(dirname(blob), { recursive: true });
  await mkdir(dirname(link), { recursive: true });
  if (!existsSync(blob)) await downloadBlob(blob, source, file);
  await symlink(relative(dirname(link), blob), link).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "EEXIST") throw error; // another process was faster with the same file
  });
}

async function downloadBlob(
  target: string,
  { reference, settings, commit }: Source,
  file: PathInfo,
): Promise<void> {
  const { repository } = reference;
  const body = await downloadFile({
    repo: repository,
    path: file.path,
    revision: commit,
    ...access(settings),
  });
  if (body === null) throw damaged(reference, file, "no such file");
  const hash = createHash("sha256");
  await replaceFile(target, async (handle) => {
    let size = 0;
    for await (const part of body.stream() as unknown as AsyncIterable<Uint8Array>) {
      hash.update(part);
      size += part.length;
      await handle.writeFile(part);
    }
    if (size !== file.size) throw damaged(reference, file, `${size} bytes`);
    const digest = hash.digest("hex");
    if (file.lfs !== undefined && digest !== file.lfs.oid)
      throw damaged(reference, file, `SHA-256 ${digest}`);
  });
}

function damaged({ text }: HubReference, file: PathInfo, received: string): VlPetError {
  return new VlPetError("checkpoint", "a file from the Hub did not arrive whole", {
    where: `${text}: ${file.path}`,
    expected: `${file.size} bytes${file.lfs === undefined ? "" : `, SHA-256 ${file.lfs.oid}`}`,
    received,
    fix: "try again: what was downloaded before is kept",
  });
}
