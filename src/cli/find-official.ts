import { open, readdir } from "node:fs/promises";
import { join, relative } from "node:path";
import { VlPetError } from "../error.ts";
import {
  type FoundFiles,
  type OfficialFile,
  OFFICIAL_FILES,
  type OfficialName,
} from "../tasks/prepare/official-files.ts";

/** Bytes that tell what a file is. */
const BEGINNING = 2 ** 12;

/**
 * The official files below some folders, found by their names; where others have the same names, by their content.
 *
 * @throws VlPetError "data" when a folder cannot be read, or a file is there twice.
 */
export async function findOfficial(folders: readonly string[]): Promise<FoundFiles> {
  const files = (await Promise.all(folders.map(filesBelow))).flat();
  const found = new Map<OfficialName, string>();
  for (const [name, official] of Object.entries<OfficialFile>(OFFICIAL_FILES)) {
    for (const wanted of official.names) {
      const same: string[] = [];
      for (const file of files)
        if (file.name === wanted && (await isMeant(file, official))) same.push(file.path);
      const [only, ...more] = same;
      if (more.length > 0) throw twice(wanted, same);
      if (only !== undefined && !found.has(name as OfficialName)) found.set(name as OfficialName, only);
    }
  }
  return found;
}

interface Candidate {
  readonly name: string;
  readonly path: string;
  /** Its folder, as seen from the folder that was searched. */
  readonly folder: string;
}

async function filesBelow(root: string): Promise<readonly Candidate[]> {
  const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch((cause: unknown) => {
    throw new VlPetError("data", "the folder of official files cannot be read", {
      where: root,
      received: cause instanceof Error ? cause.message : String(cause),
      fix: "check the path given with --from",
      cause,
    });
  });
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith(".json"))
    .map(({ name, parentPath }) => ({
      name,
      path: join(parentPath, name),
      folder: relative(root, parentPath),
    }));
}

async function isMeant(
  { path, folder }: Candidate,
  { folder: inside, begins }: OfficialFile,
): Promise<boolean> {
  if (inside !== undefined && !inside.test(folder)) return false;
  return begins === undefined || begins.test(await beginning(path));
}

async function beginning(file: string): Promise<string> {
  const handle = await open(file, "r");
  try {
    const { bytesRead, buffer } = await handle.read(Buffer.alloc(BEGINNING), 0, BEGINNING, 0);
    return buffer.toString("utf8", 0, bytesRead);
  } finally {
    await handle.close();
  }
}

function twice(name: string, paths: readonly string[]): VlPetError {
  return new VlPetError("data", `the official file ${name} is there more than once`, {
    received: paths.join(", "),
    fix: "name a folder with --from that has it once",
  });
}
