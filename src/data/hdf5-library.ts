import type { File, ready } from "h5wasm";

/**
 * The HDF5 C library as WebAssembly, kept away from the real file system: it sees one small file in its own memory, or
 * the large ones that `hdf5-mount.ts` shows it. That leaves no open descriptor behind a broken file, and lets the
 * library's diagnostics be read instead of printed on the terminal.
 */
export type Hdf5Library = Awaited<typeof ready>;

const SCRATCH = "/scratch.h5";
const DIAGNOSTICS = "/diagnostics";

interface OpenStreams {
  getStream(descriptor: number): FS.FSStream | null;
}

/** Descriptor 2 of the library (its standard error) becomes a file in its memory: the lowest free number is reused. */
function captureDiagnostics(library: Hdf5Library): void {
  const files = library.FS;
  files.writeFile(DIAGNOSTICS, "");
  const standardError = (files as unknown as OpenStreams).getStream(2);
  if (standardError !== null) files.close(standardError);
  files.open(DIAGNOSTICS, "a");
}

let loading: Promise<Hdf5Library> | undefined;

/** The library, loaded on first use: that takes a third of a second which most commands need not spend. */
export function hdf5Library(): Promise<Hdf5Library> {
  loading ??= import("h5wasm").then(async (h5wasm) => {
    const library = await h5wasm.ready;
    captureDiagnostics(library);
    return library;
  });
  return loading;
}

/** The innermost reason the library gave in the work at hand ("truncated file: eof = …"), or undefined. */
export function diagnosis(library: Hdf5Library): string | undefined {
  const text = library.FS.readFile(DIAGNOSTICS, { encoding: "utf8" });
  const frames = text.split("\n").filter((line) => /^\s*#\d+:/.test(line));
  return frames.at(-1)?.replace(/^.*\(\): /, "");
}

/** Begins a new piece of work: what the library said before is not about it. */
export function forgetDiagnostics(library: Hdf5Library): void {
  library.FS.truncate(DIAGNOSTICS, 0);
}

/**
 * Opens `bytes` as an HDF5 file for the time of `work`, which gets the file's handle, or `undefined` when the bytes
 * are no readable HDF5 file.
 */
export function withHdf5<T>(
  library: Hdf5Library,
  bytes: Uint8Array,
  work: (handle: bigint | undefined) => T,
): T {
  const files = library.FS;
  forgetDiagnostics(library);
  files.createDataFile("/", SCRATCH.slice(1), bytes, true, true, true);
  try {
    const handle = library.open(SCRATCH, library.H5F_ACC_RDONLY, false, -1, -1);
    if (handle < 0n) return work(undefined);
    try {
      return work(handle);
    } finally {
      library.close_file(handle);
    }
  } finally {
    files.unlink(SCRATCH);
  }
}

/** The bytes of the HDF5 file that `work` fills, in the earliest layout, which every reader knows. */
export async function hdf5Bytes(work: (file: File) => void): Promise<Uint8Array> {
  const library = await hdf5Library();
  const { File: Hdf5File } = await import("h5wasm");
  try {
    const file = new Hdf5File(SCRATCH, "w", { libver: ["earliest", "latest"] });
    try {
      work(file);
    } finally {
      file.close();
    }
    return library.FS.readFile(SCRATCH);
  } finally {
    library.FS.unlink(SCRATCH);
  }
}

/** The raw little-endian bytes of a dataset (the library's typed route knows no float16), undefined on failure. */
export function datasetBytes(
  library: Hdf5Library,
  handle: bigint,
  path: string,
  byteLength: number,
): Uint8Array<ArrayBuffer> | undefined {
  // oxlint-disable-next-line no-underscore-dangle -- Emscripten's name
  const address = library._malloc(byteLength);
  if (address === 0) return undefined;
  try {
    const status = library.get_dataset_data(handle, path, null, null, null, BigInt(address));
    if (status < 0) return undefined;
    return library.HEAPU8.slice(address, address + byteLength);
  } finally {
    // oxlint-disable-next-line no-underscore-dangle -- Emscripten's name
    library._free(address);
  }
}
