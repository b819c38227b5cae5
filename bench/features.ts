/**
 * Random reads of features from the packed store beside h5py on the same features, interleaved in one run; memory over
 * 100,000 reads; the time to open a store of 250,000 images; Parquet to packed. Everything lies in the page cache, and
 * reads are timed by the processor time of either process, so that others on the machine matter less. Needs Python with
 * h5py, numpy and pyarrow for the peer (`pip install h5py numpy pyarrow`); never a dependency of the package. It writes
 * about 1 GB to the temporary folder and removes it.
 *
 *     npm run build && taskset -c 0 node --import tsx bench/features.ts [python]
 *
 * With KOFFI=PATH of an installed koffi package, reads from mapped memory are measured, too.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream, readFileSync } from "node:fs";
import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { openFeatures, openPackedStore, packFeatures, type PackedStore } from "../src/data/index.ts";
import { widenFloat16Into } from "../src/data/float16.ts";
import {
  alignedOffset,
  DATA_OFFSET,
  headerBytes,
  indexBytes,
  indexHash,
  itemHash,
} from "../src/data/packed/layout.ts";
import { RandomStream } from "../src/random.ts";

const IMAGES = 1500;
const READS = 1000;
const ROUNDS = 9;
const VALUES = 49 * 2048;
/** Linux counts processor time in these. */
const TICKS_A_SECOND = 100;
const python = process.argv[2] ?? "python3";
const folder = await mkdtemp(join(tmpdir(), "vlpet-bench-"));

const peer = spawn(python, [join(import.meta.dirname, "peer_features.py")], {
  stdio: ["pipe", "pipe", "inherit"],
});
const answers = createInterface({ input: peer.stdout })[Symbol.asyncIterator]();
async function ask(question: object): Promise<{ readonly seconds?: number }> {
  peer.stdin.write(`${JSON.stringify(question)}\n`);
  return JSON.parse(String((await answers.next()).value)) as { readonly seconds?: number };
}

const random = new RandomStream(1, "bench");
const somePlaces = (): number[] => Array.from({ length: READS }, () => random.integer(IMAGES));
const nameOf = (place: number): string => `COCO_train2014_${String(place).padStart(12, "0")}`;
const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
const megabytes = (bytes: number): string => (bytes / 2 ** 20).toFixed(0);

try {
  await ask({ do: "hdf5", folder, count: IMAGES });
  const file = join(folder, "store.vlpack");
  const source = await openFeatures(join(folder, "files"));
  const [start, startCpu] = [performance.now(), cpuSeconds()];
  const { byteLength } = await packFeatures(source, file);
  const spent = [(performance.now() - start) / 1000, cpuSeconds() - startCpu];
  await source.close();
  const [rate, cpuRate] = spent.map((seconds) => (byteLength / seconds / 1e6).toFixed(0));
  console.log(`HDF5 files → packed: ${rate} MB/s (${cpuRate} MB a second of processor time)`);
  const store = openPackedStore(file);
  await randomReads(store);
  await memoryGrowth(store);
  store.close();
  await rm(join(folder, "files"), { recursive: true });
  await rm(join(folder, "split.h5"));
  await rm(file);
  await openingTime();
  for (const images of [1000, 3000]) await parquetToPacked(images);
} finally {
  peer.stdin.end();
  await rm(folder, { recursive: true });
}

/** Reads `places`, and says how many were read in a second of one core. */
type Reader = (places: readonly number[]) => Promise<number> | number;

/** Processor time of this process so far, the system's work for it included. */
function cpuSeconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

function timed(read: (id: string) => unknown): Reader {
  return (places) => {
    const ids = places.map(nameOf);
    const began = cpuSeconds();
    for (const id of ids) read(id);
    return places.length / (cpuSeconds() - began);
  };
}

function peerReader(kind: string, dtype: string): Reader {
  return async (ids) => {
    const { seconds = Number.NaN } = await ask({ do: "read", folder, kind, dtype, ids });
    return ids.length / seconds;
  };
}

async function randomReads(store: PackedStore): Promise<void> {
  const batch = new Float32Array(VALUES);
  const words = new Uint16Array(VALUES);
  const readers: Record<string, Reader> = {
    "float16 | packed, into a batch": timed((id) => store.readStoredInto(id, words, 0)),
    "float16 | packed, memory of its own": timed((id) => store.readStored(id)),
    "float16 | h5py, a file a split": peerReader("split", "float16"),
    "float16 | h5py, a file an image": peerReader("files", "float16"),
    "float32 | packed, into a batch": timed((id) => store.readInto(id, batch, 0)),
    "float32 | packed, memory of its own": timed((id) => store.read(id)),
    "float32 | h5py, a file a split": peerReader("split", "float32"),
    "float32 | h5py, a file an image": peerReader("files", "float32"),
    ...(await mappedReaders(store, batch)),
  };
  const rates = new Map<string, number[]>(Object.keys(readers).map((name) => [name, []]));
  for (let round = -2; round < ROUNDS; round++) {
    const places = somePlaces();
    for (const [name, read] of Object.entries(readers)) {
      const rate = await read(places);
      if (round >= 0) rates.get(name)?.push(rate);
    }
  }
  console.log(
    `\n| features as | read from | reads a second of one core | packed is faster by |\n| --- | --- | --- | --- |`,
  );
  for (const [name, values] of rates) {
    const best = rates.get(`${name.slice(0, 7)} | packed, into a batch`) ?? [];
    const ratio = median(best.map((rate, round) => rate / (values[round] ?? Number.NaN)));
    console.log(
      `| ${name} | ${median(values).toFixed(0)} | ${best === values ? "" : `${ratio.toFixed(1)} ×`} |`,
    );
  }
}

interface Koffi {
  load(path: null): { func(declaration: string): (...args: unknown[]) => unknown };
  view(pointer: unknown, length: number): ArrayBuffer;
}

/** Reads from the file mapped into memory, if koffi is there. */
async function mappedReaders(store: PackedStore, batch: Float32Array): Promise<Record<string, Reader>> {
  const koffiPath = process.env["KOFFI"];
  if (koffiPath === undefined) return {};
  const { default: koffi } = (await import(koffiPath)) as { readonly default: Koffi };
  const mmap = koffi
    .load(null)
    .func("void *mmap(void *addr, size_t length, int prot, int flags, int fd, int64 offset)");
  const handle = await open(store.file, "r");
  const [READ_ONLY, SHARED] = [1, 1];
  const mapped = koffi.view(mmap(null, store.byteLength, READ_ONLY, SHARED, handle.fd, 0), store.byteLength);
  await handle.close();
  const size = alignedOffset(VALUES * 2);
  const places = new Map(store.ids.map((id, place) => [id, DATA_OFFSET + place * size]));
  const words = (id: string): Uint16Array => new Uint16Array(mapped, places.get(id) ?? 0, VALUES);
  const halves = new Uint16Array(VALUES);
  return {
    "float16 | mapped, into a batch": timed((id) => halves.set(words(id))),
    "float32 | mapped, into a batch": timed((id) => widenFloat16Into(words(id), batch, 0)),
  };
}

async function memoryGrowth(store: PackedStore): Promise<void> {
  const batch = new Float32Array(VALUES);
  const kinds = {
    "into a batch": (id: string) => store.readInto(id, batch, 0),
    "memory of its own": (id: string) => store.read(id),
  };
  console.log("");
  for (const [name, read] of Object.entries(kinds)) {
    for (let i = 0; i < 5000; i++) read(nameOf(random.integer(IMAGES)));
    const before = process.memoryUsage().rss;
    for (let i = 0; i < 100_000; i++) {
      read(nameOf(random.integer(IMAGES)));
      if (i % 1000 === 0) await new Promise(setImmediate);
    }
    const after = process.memoryUsage().rss;
    console.log(`100,000 reads, ${name}: ${megabytes(before)} → ${megabytes(after)} MiB resident`);
  }
}

/** A store of 250,000 images with little in them: opening reads the index only. */
async function openingTime(): Promise<void> {
  const count = 250_000;
  const item = Buffer.alloc(64);
  const file = join(folder, "many.vlpack");
  const index = indexBytes({
    ids: Array.from({ length: count }, (_, i) => nameOf(i)),
    offsets: Float64Array.from({ length: count }, (_, i) => DATA_OFFSET + i * 64),
    rows: new Uint32Array(count).fill(1),
    hashes: Buffer.alloc(count * 8, itemHash(item)),
  });
  const indexOffset = DATA_OFFSET + count * 64;
  const layout = { dtype: "float16", width: 32, hasBoxes: false } as const;
  const stream = createWriteStream(file);
  const written = once(stream, "close");
  stream.write(
    headerBytes({ ...layout, count, indexOffset, indexLength: index.length, indexHash: indexHash(index) }),
  );
  stream.write(Buffer.alloc(count * 64));
  stream.end(index);
  await written;
  const times = Array.from({ length: 7 }, () => {
    const began = performance.now();
    openPackedStore(file).close();
    return performance.now() - began;
  });
  const began = performance.now();
  const source = await openFeatures(file);
  const asSource = performance.now() - began;
  await source.close();
  console.log(
    `\nopening a store of ${count} images: ${median(times).toFixed(0)} ms, as a source ${asSource.toFixed(0)} ms`,
  );
  await rm(file);
}

/** Runs the command on a table, and watches its memory. */
async function parquetToPacked(images: number): Promise<void> {
  const table = join(folder, "table.parquet");
  const output = join(folder, "table.vlpack");
  await ask({ do: "parquet", file: table, count: images });
  const main = join(import.meta.dirname, "../dist/cli/main.js");
  const began = performance.now();
  const args = [main, "data", "pack", table, "--width", "2048", "--output", output, "--json", "--quiet"];
  const command = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  let text = "";
  command.stdout.on("data", (part: Buffer) => (text += part.toString()));
  let [peak, ticks] = [0, 0];
  const watch = setInterval(() => {
    const [status, stat] = ["status", "stat"].map((name) => procText(command.pid, name));
    peak = Number(/VmHWM:\s+(\d+)/.exec(status ?? "")?.[1] ?? peak);
    const [user = "0", system = "0"] = stat?.split(" ").slice(13, 15) ?? [];
    ticks = Math.max(ticks, Number(user) + Number(system));
  }, 50);
  await once(command, "close");
  clearInterval(watch);
  const seconds = (performance.now() - began) / 1000;
  const cpu = ticks / TICKS_A_SECOND;
  const { byteLength } = JSON.parse(text) as { readonly byteLength: number };
  const rates = [seconds, cpu].map((time) => (byteLength / time / 1e6).toFixed(0));
  console.log(
    `Parquet (zstd) → packed, ${images} images, ${megabytes(byteLength)} MiB: ${rates[0]} MB/s (${rates[1]} MB a second of processor time), peak ${(peak / 1024).toFixed(0)} MiB resident`,
  );
  await rm(table);
  await rm(output);
}

/** A file of Linux about a process; empty once it has ended. */
function procText(pid: number | undefined, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, "utf8");
  } catch {
    return "";
  }
}
