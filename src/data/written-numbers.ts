const STRING_OR_NUMBER = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** A number of a JSON text as it is written there: `5.0` is another text than `5`, and the same number. */
export class WrittenNumber {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  get value(): number {
    return Number(this.text);
  }

  /** As Python prints what it reads there: numbers with a point or an exponent keep a point, others have none. */
  get inPython(): string {
    return /^-?\d+$/.test(this.text) ? BigInt(this.text).toString() : pythonFloat(this.value);
  }
}

/**
 * The value of a JSON text, every number in it a `WrittenNumber`.
 *
 * @throws SyntaxError as `JSON.parse`.
 */
export function parsedAsWritten(json: string): unknown {
  JSON.parse(json);
  // In valid JSON every number outside a string can be exchanged for its place in a list.
  const texts: string[] = [];
  const numbered = json.replaceAll(STRING_OR_NUMBER, (token) =>
    token.startsWith('"') ? token : String(texts.push(token) - 1),
  );
  return JSON.parse(numbered, (_, value: unknown) =>
    typeof value === "number" ? new WrittenNumber(texts[value] ?? "") : value,
  );
}

/** The shortest digits that give the number back, as `repr` writes them. */
function pythonFloat(value: number): string {
  const [digits = "", exponent = ""] = value.toExponential().split("e");
  const power = Number(exponent);
  if (power < -4 || power >= 16)
    return `${digits}e${power < 0 ? "-" : "+"}${String(Math.abs(power)).padStart(2, "0")}`;
  const plain = String(value);
  return plain.includes(".") ? plain : `${plain}.0`;
}
