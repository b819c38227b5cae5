import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { VlPetError } from "../error.ts";

import { damagedHdf5, type OpenHdf5 } from "./hdf5-dataset.ts";
import { diagnosis, forgetDiagnostics, type Hdf5Library, hdf5Library } from "./hdf5-library.ts";

/** A file of any size, open in the HDF5 library, which reads from it only what it needs. */
export interface MountedHdf5 extends OpenHdf5 {
  /** Runs `work`, whose failures become VlPetError "data" about this file, as is using it after `close`. */
  use<T>(work: (hdf5: OpenHdf5) => T): T;
  close(): void;
}

let serial = 0;

/**
 * Opens a file of the real file system in the HDF5 library. An empty file in the library's memory stands for it; its
 * reads go to the real one.
 *
 * @throws VlPetError "data" when it cannot be opened or is no HDF5 file.
 */
export async function mountHdf5(file: string): Promise<MountedHdf5> {
  const library = await hdf5Library();
  const descriptor = opened(file);
  serial += 1;
  const path = `/mounted-${serial}.h5`;
  standIn(library, path, descriptor);
  const release = (): void => {
    library.FS.unlink(path);
    closeSync(descriptor);
  };
  const hdf5 = { library, handle: openedIn(library, path, file, release), file };
  let isOpen = true;
  return {
    ...hdf5,
    use(work) {
      if (!isOpen) throw new VlPetError("data", "the feature file is closed", { where: file });
      forgetDiagnostics(library);
      try {
        return work(hdf5);
      } catch (cause) {
        throw dataError(library, file, cause);
      }
    },
    close() {
      if (!isOpen) return;
      isOpen = false;
      library.close_file(hdf5.handle);
      release();
    },
  };
}

/** The library's handle of the file; without one, `release` is called. */
function openedIn(library: Hdf5Library, path: string, file: string, release: () => void): bigint {
  forgetDiagnostics(library);
  try {
    const handle = library.open(path, library.H5F_ACC_RDONLY, false, -1, -1);
    if (handle < 0n) throw damagedHdf5(file, diagnosis(library));
    return handle;
  } catch (cause) {
    release();
    throw dataError(library, file, cause);
  }
}

function opened(file: string): number {
  try {
    return openSync(file, "r");
  } catch (cause) {
    throw new VlPetError("data", "the feature file cannot be opened", {
      where: file,
      received: String(cause),
      fix: "check the path and the permissions",
      cause,
    });
  }
}

function dataError(library: Hdf5Library, file: string, cause: unknown): VlPetError {
  if (cause instanceof VlPetError) return cause;
  return damagedHdf5(file, diagnosis(library) ?? String(cause), cause);
}

/** A file in Emscripten's memory file system, as far as it matters here. */
interface MemoryFile {
  usedBytes: number;
  stream_ops: object;
}

interface WithErrno {
  readonly ErrnoError: new (code: number) => Error;
}

const INPUT_OUTPUT_ERROR = 29;

/** Puts an empty file at `path` of the library's memory whose size and reads are those of the open `descriptor`. */
function standIn({ FS }: Hdf5Library, path: string, descriptor: number): void {
  FS.createDataFile("/", path.slice(1), new Uint8Array(), true, false, true);
  const file = FS.lookupPath(path, {}).node as unknown as MemoryFile;
  file.usedBytes = fstatSync(descriptor).size;
  const read = (
    _stream: unknown,
    buffer: Uint8Array,
    offset: number,
    length: number,
    position: number,
  ): number => {
    try {
      return readSync(descriptor, buffer, offset, length, position);
    } catch {
      throw new (FS as unknown as WithErrno).ErrnoError(INPUT_OUTPUT_ERROR);
    }
  };
  file.stream_ops = { ...file.stream_ops, read };
}
