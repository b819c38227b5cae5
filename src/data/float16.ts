/** The value of one IEEE 754 binary16 word. */
export function float16Value(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1;
  const exponent = (bits >> 10) & 0x1f;
  const fraction = bits & 0x3ff;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

let table: Float32Array | undefined;

/** Widens IEEE half precision words to float32; exact, subnormals, infinities and NaN included. */
export function widenFloat16(words: Uint16Array): Float32Array {
  table ??= Float32Array.from({ length: 65536 }, (_, bits) => float16Value(bits));
  const out = new Float32Array(words.length);
  for (let i = 0; i < words.length; i++) out[i] = table[words[i] ?? 0] ?? 0;
  return out;
}
