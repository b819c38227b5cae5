import { VlPetError } from "../../error.ts";
import type { PickleFailure } from "./pickle-value.ts";

const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Takes the operands of a pickle off a byte array, from `position` on; never past its end. */
export class PickleReader {
  position: number;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #where: string;

  constructor(bytes: Uint8Array, start: number, where: string) {
    this.position = start;
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#where = where;
  }

  readonly fail: PickleFailure = (summary, received) =>
    new VlPetError("checkpoint", summary, {
      where: `${this.#where}, byte ${this.position} of its pickle`,
      ...(received === undefined ? {} : { received }),
      fix: "load only files written by torch.save(model.state_dict(), path); copy or download this one again",
    });

  uint8(): number {
    return this.#view.getUint8(this.#take(1));
  }

  uint16(): number {
    return this.#view.getUint16(this.#take(2), true);
  }

  int32(): number {
    return this.#view.getInt32(this.#take(4), true);
  }

  uint32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  uint64(): number {
    return Number(this.#view.getBigUint64(this.#take(8), true));
  }

  /** Big-endian, as pickle has it. */
  float64(): number {
    return this.#view.getFloat64(this.#take(8), false);
  }

  /** Little-endian two's complement of any length; a bigint only where a number would not be exact. */
  integer(length: number): number | bigint {
    const start = this.#take(length);
    let value = 0n;
    for (let i = length - 1; i >= 0; i--) value = (value << 8n) | BigInt(this.#view.getUint8(start + i));
    const exact = BigInt.asIntN(8 * length, value);
    const rounded = Number(exact);
    return Number.isSafeInteger(rounded) ? rounded : exact;
  }

  text(length: number): string {
    const start = this.#take(length);
    try {
      return UTF8.decode(this.#bytes.subarray(start, start + length));
    } catch {
      throw this.fail("text is not UTF-8");
    }
  }

  /** Text up to a line feed, which is taken too. */
  line(): string {
    const end = this.#bytes.indexOf(0x0a, this.position);
    if (end < 0) throw this.fail("the pickle ends inside a name");
    const text = this.text(end - this.position);
    this.position = end + 1;
    return text;
  }

  #take(length: number): number {
    const start = this.position;
    const left = this.#bytes.length - start;
    if (length > left) throw this.fail("the pickle ends too early", `${left} of ${length} bytes`);
    this.position = start + length;
    return start;
  }
}
