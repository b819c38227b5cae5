/** Seconds from and to, of a text such as `3.5-9.25`; null if it is none. */
export function timeSpan(text: string): readonly [from: number, to: number] | null {
  const [, from, to] = /^(\d+(?:\.\d+)?)-(\d+(?:\.\d+)?)$/.exec(text.trim()) ?? [];
  if (from === undefined || to === undefined || Number(from) > Number(to)) return null;
  return [Number(from), Number(to)];
}
