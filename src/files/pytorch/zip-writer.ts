/** One stored entry of a zip archive. */
export interface ZipMember {
  readonly name: string;
  readonly size: number;
  readonly crc: number;
  /** Where its local header begins. */
  readonly offset: number;
}

const VERSION = 20;
/** 1 January 1980, the earliest date of the format: the same content always gives the same bytes. */
const DATE = 0x21;
/** PyTorch lets every storage begin at a multiple of this many bytes, by padding in an extra field of its own. */
const ALIGNMENT = 64;
const EXTRA_ID = 0x4246;
const [LOCAL_SIZE, CENTRAL_SIZE, END_SIZE] = [30, 46, 22];

type Field = readonly [bytes: 2 | 4, value: number];

function fields(size: number, list: readonly Field[], ...tails: readonly Uint8Array[]): Uint8Array {
  const length = tails.reduce((sum, tail) => sum + tail.length, size);
  const bytes = new Uint8Array(length);
  const view = new DataView(bytes.buffer);
  let at = 0;
  for (const [width, value] of list) {
    if (width === 2) view.setUint16(at, value, true);
    else view.setUint32(at, value, true);
    at += width;
  }
  for (const tail of tails) {
    bytes.set(tail, at);
    at += tail.length;
  }
  return bytes;
}

function nameBytes({ name }: ZipMember): Uint8Array {
  return new TextEncoder().encode(name);
}

/** What both headers say alike. */
function common({ size, crc }: ZipMember, name: Uint8Array, extra: number): readonly Field[] {
  const flagsAndTime: readonly Field[] = [
    [2, VERSION],
    [2, 0],
    [2, 0],
    [2, 0],
    [2, DATE],
  ];
  return [...flagsAndTime, [4, crc], [4, size], [4, size], [2, name.length], [2, extra]];
}

/** The header before an entry's bytes, padded so that these begin aligned. */
export function localHeader(member: ZipMember): Uint8Array {
  const name = nameBytes(member);
  const before = member.offset + LOCAL_SIZE + name.length + 4;
  const padding = (ALIGNMENT - (before % ALIGNMENT)) % ALIGNMENT;
  const extra = fields(4, [
    [2, EXTRA_ID],
    [2, padding],
  ]);
  const list: readonly Field[] = [[4, 0x04034b50], ...common(member, name, 4 + padding)];
  return fields(LOCAL_SIZE, list, name, extra, new Uint8Array(padding));
}

/** The directory that ends an archive; `offset`: where it begins. */
export function centralDirectory(members: readonly ZipMember[], offset: number): Uint8Array {
  const records = members.map((member) => {
    const name = nameBytes(member);
    const list: readonly Field[] = [
      [4, 0x02014b50],
      [2, VERSION],
      ...common(member, name, 0),
      [2, 0],
      [2, 0],
      [2, 0],
      [4, 0],
      [4, member.offset],
    ];
    return fields(CENTRAL_SIZE, list, name);
  });
  const size = records.reduce((sum, { length }) => sum + length, 0);
  const end: readonly Field[] = [
    [4, 0x06054b50],
    [2, 0],
    [2, 0],
    [2, members.length],
    [2, members.length],
    [4, size],
    [4, offset],
    [2, 0],
  ];
  return fields(0, [], ...records, fields(END_SIZE, end));
}
