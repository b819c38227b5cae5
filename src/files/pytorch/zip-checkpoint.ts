import { VlPetError } from "../../error.ts";
import type { RandomAccessFile } from "../random-access-file.ts";
import { MAX_PICKLE, type CheckpointParts } from "./checkpoint-parts.ts";
import { readStored, storedEntries, type StoredBytes } from "./stored-zip.ts";
import { moduleState } from "./module-state.ts";
import { SCRIPT_RULES, TORCH_RULES } from "./torch-globals.ts";
import { unpickle } from "./unpickle.ts";

/**
 * Takes apart the zip format of `torch.save` (its default since PyTorch 1.6): `<root>/data.pkl` describes the
 * tensors, `<root>/data/<key>` holds one storage each. Of a TorchScript program (`torch.jit.save`), which has the same
 * layout, the tensors of its modules are taken; its code is not even read. Throws kind "checkpoint".
 */
export async function zipCheckpoint(source: RandomAccessFile): Promise<CheckpointParts> {
  const entries = await storedEntries(source);
  const root = rootOf(entries, source.file);
  await checkByteOrder(source, entries.get(`${root}/byteorder`));
  const name = `${root}/data.pkl`;
  const pickle = entries.get(name);
  if (pickle === undefined || pickle.byteLength > MAX_PICKLE) {
    throw foreign(source.file, `a ${name} of at most ${MAX_PICKLE} bytes`, `${pickle?.byteLength} bytes`);
  }
  const bytes = await readStored(source, pickle, name);
  const isScript = entries.has(`${root}/constants.pkl`);
  const { value } = unpickle(bytes, 0, isScript ? SCRIPT_RULES : TORCH_RULES, source.file);
  const prefix = `${root}/data/`;
  const storages = [...entries].filter(([entry]) => entry.startsWith(prefix));
  return {
    value: isScript ? moduleState(value, source.file) : value,
    storages: new Map(storages.map(([entry, stored]) => [entry.slice(prefix.length), stored])),
  };
}

/** The one folder that has a data.pkl; its name is that of the file when it was saved. */
function rootOf(entries: ReadonlyMap<string, StoredBytes>, file: string): string {
  const roots = [...entries.keys()].flatMap((name) => /^([^/]+)\/data\.pkl$/u.exec(name)?.[1] ?? []);
  const [root] = roots;
  if (root === undefined || roots.length > 1) {
    throw foreign(file, "a zip archive with one <name>/data.pkl", `${roots.length} of them`);
  }
  return root;
}

/** Newer files tell the byte order; without the entry it is little-endian. */
async function checkByteOrder(source: RandomAccessFile, entry: StoredBytes | undefined): Promise<void> {
  if (entry === undefined) return;
  const order =
    entry.byteLength > 16 ? "" : new TextDecoder().decode(await readStored(source, entry, "byteorder"));
  if (order !== "little") throw foreign(source.file, "little-endian numbers", JSON.stringify(order));
}

function foreign(file: string, expected: string, received: string): VlPetError {
  return new VlPetError("checkpoint", "not a PyTorch checkpoint of a state dict", {
    where: file,
    expected,
    received,
    fix: "save it with torch.save(model.state_dict(), path)",
  });
}
