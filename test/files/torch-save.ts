import { crc32 } from "node:zlib";

// PyTorch checkpoints written by hand, honest or forged, for the tests of their reader. Everything is a Latin-1
// string, one character a byte, until it is a whole file.

export const uint = (value: number, bytes: number) => {
  const buffer = Buffer.alloc(8);
  buffer.writeBigUInt64LE(BigInt(value));
  return buffer.toString("latin1", 0, bytes);
};
export const zeros = (bytes: number) => "\0".repeat(bytes);
export const text = (value: string) => `X${uint(value.length, 4)}${value}`;
export const int = (value: number) => `\x8a\x08${uint(value, 8)}`;
export const tuple = (...items: readonly string[]) => `(${items.join("")}t`;
export const ints = (values: readonly number[]) => tuple(...values.map(int));
export const ORDERED = "ccollections\nOrderedDict\n)R";
export const FALSE = "\x89";
/** An OrderedDict. */
export const dict = (entries: Readonly<Record<string, string>>) =>
  `${ORDERED}(${Object.entries(entries)
    .map(([key, value]) => text(key) + value)
    .join("")}u`;
/** A pickle of protocol 2. */
export const pickled = (body: string) => `\x80\x02${body}.`;
/** A storage by its persistent id. */
export const stored = (type: string, key: string, elements: number, ...rest: readonly string[]) =>
  `${tuple(text("storage"), `ctorch\n${type}\n`, text(key), text("cuda:0"), int(elements), ...rest)}Q`;
/** A tensor: a view of a storage. */
export const rebuilt = (
  storage: string,
  offset: number,
  shape: readonly number[],
  stride: readonly number[],
) =>
  `ctorch._utils\n_rebuild_tensor_v2\n${tuple(storage, int(offset), ints(shape), ints(stride), FALSE, ORDERED)}R`;
/** The float32 storage "0". */
export const floats = (elements: number) => stored("FloatStorage", "0", elements);

/** One entry; each optional field forges what the archive says of it. */
export interface ZipEntry {
  readonly name: string;
  readonly data: string;
  readonly crc?: number;
  readonly method?: number;
  readonly flags?: number;
  readonly localName?: string;
  readonly offset?: number;
}

/** A zip archive with nothing compressed. */
export function zipArchive(entries: readonly ZipEntry[]): Buffer {
  let local = "";
  let central = "";
  for (const { name, data, method = 0, flags = 0, localName = name, ...forged } of entries) {
    const crc = forged.crc ?? crc32(Buffer.from(data, "latin1"));
    const fields = uint(flags, 2) + uint(method, 2) + uint(0, 4) + uint(crc, 4);
    const sizes = uint(data.length, 4) + uint(data.length, 4) + uint(name.length, 2) + uint(0, 2);
    central += `PK\x01\x02${uint(0, 4)}${fields}${sizes}${zeros(10)}${uint(forged.offset ?? local.length, 4)}${name}`;
    local += `PK\x03\x04${uint(0, 2)}${fields}${sizes}${localName}${data}`;
  }
  const counts = uint(0, 4) + uint(entries.length, 2) + uint(entries.length, 2);
  const end = `PK\x05\x06${counts}${uint(central.length, 4)}${uint(local.length, 4)}\0\0`;
  return Buffer.from(local + central + end, "latin1");
}

/** The two ends of a zip64 archive whose second entry begins at `gap`; nothing is made of what lies between. */
export function zip64Ends(first: ZipEntry, second: ZipEntry, gap: number): { start: Buffer; rest: Buffer } {
  const central = ({ name, data }: ZipEntry, offset: number) => {
    const extra = uint(1, 2) + uint(24, 2) + uint(data.length, 8).repeat(2) + uint(offset, 8);
    const lengths = uint(name.length, 2) + uint(extra.length, 2) + zeros(10);
    return `PK\x01\x02${zeros(16)}${"\xff".repeat(8)}${lengths}${"\xff".repeat(4)}${name}${extra}`;
  };
  const local = zip64Local(second);
  const directory = central(first, 0) + central(second, gap);
  const begin = gap + local.length;
  const record = zeros(12) + uint(2, 8).repeat(2) + uint(directory.length, 8) + uint(begin, 8);
  const locator = uint(0, 4) + uint(begin + directory.length, 8) + uint(1, 4);
  const end = `PK\x06\x06${uint(44, 8)}${record}PK\x06\x07${locator}PK\x05\x06${"\xff".repeat(16)}\0\0`;
  return {
    start: Buffer.from(zip64Local(first), "latin1"),
    rest: Buffer.from(local + directory + end, "latin1"),
  };
}

function zip64Local({ name, data }: ZipEntry): string {
  const lengths = uint(data.length, 4).repeat(2) + uint(name.length, 2) + uint(0, 2);
  return `PK\x03\x04${zeros(14)}${lengths}${name}${data}`;
}

const bytesOf = (values: readonly number[]) =>
  Buffer.from(Float32Array.from(values).buffer).toString("latin1");
/** Eight float32 values: 0 to 7. */
export const EIGHT = bytesOf([0, 1, 2, 3, 4, 5, 6, 7]);

/** A checkpoint in the zip format; `storages` are named by their place. */
export const savedZip = (
  body: string,
  storages: readonly string[] = [EIGHT],
  more: readonly ZipEntry[] = [],
) =>
  zipArchive([
    { name: "root/data.pkl", data: pickled(body) },
    ...storages.map((data, i) => ({ name: `root/data/${i}`, data })),
    ...more,
  ]);

/** A checkpoint in the older format with the storage "0"; each option forges one part. */
export const savedLegacy = (
  body: string,
  { count = 8, keys = text("0"), order = "\x88", data = EIGHT } = {},
) =>
  Buffer.from(
    [
      pickled(`\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19`),
      pickled(int(1001)),
      pickled(`}${text("little_endian")}${order}s`),
      pickled(body),
      pickled(`](${keys}e`),
      uint(count, 8),
      data,
    ].join(""),
    "latin1",
  );

/** A state dict of one tensor over `EIGHT`. */
export const PLAIN = dict({ w: rebuilt(floats(8), 0, [8], [1]) });
