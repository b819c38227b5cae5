import { VlPetError } from "../error.ts";
import { openSafetensors, type SafetensorsFile } from "./open-safetensors.ts";
import { openPytorch, type PytorchFile } from "./pytorch/open-pytorch.ts";
import { openRandomAccess } from "./random-access-file.ts";
import { MAX_HEADER } from "./safetensors-header.ts";

/**
 * Opens a file of tensors, whatever its extension: the content tells safetensors and PyTorch's two formats apart.
 * Throws kind "checkpoint" for any other content and for damaged files.
 */
export async function openTensors(file: string): Promise<SafetensorsFile | PytorchFile> {
  const start = await firstBytes(file);
  // A header length may begin with the bytes of a pickle, so that test comes second.
  if (hasHeader(start)) return await openSafetensors(file);
  if (isZip(start) || isPickle(start)) return await openPytorch(file);
  if (start[8] === BRACE) return await openSafetensors(file); // which says what is wrong with the length
  const text = new TextDecoder("latin1").decode(start);
  throw new VlPetError("checkpoint", "unknown kind of file", {
    where: file,
    expected: "safetensors or a PyTorch checkpoint",
    received: start.length === 0 ? "an empty file" : `a file that begins with ${JSON.stringify(text)}`,
    fix: text.startsWith("version https://git")
      ? "this is only a Git LFS pointer: run git lfs pull, or download the real file"
      : "check the path, or download the file again",
  });
}

async function firstBytes(file: string): Promise<Uint8Array<ArrayBuffer>> {
  const source = await openRandomAccess(file);
  try {
    return await source.read(0, Math.min(24, source.size));
  } finally {
    await source.close();
  }
}

const BRACE = 0x7b;

/** A safetensors header: a plausible length, then the brace that opens it. */
function hasHeader(start: Uint8Array<ArrayBuffer>): boolean {
  return start[8] === BRACE && new DataView(start.buffer).getBigUint64(0, true) <= MAX_HEADER;
}

function isZip([p, k, three, four]: Uint8Array): boolean {
  return p === 0x50 && k === 0x4b && three === 3 && four === 4;
}

/** A pickle of protocol 2 to 5. */
function isPickle([proto, protocol = 0]: Uint8Array): boolean {
  return proto === 0x80 && protocol >= 2 && protocol <= 5;
}
