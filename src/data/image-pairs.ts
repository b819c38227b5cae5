import * as v from "valibot";
import { readJson, readJsonLines } from "./json-file.ts";
import { uniqueIds } from "./unique-ids.ts";

/** A statement about two pictures. */
export interface PairStatement {
  /** `split-set-pair-sentence`: the same sentence is said of several pairs of one set. */
  readonly identifier: string;
  /** The names of the pictures' feature files, left and right. */
  readonly images: readonly [string, string];
  readonly statement: string;
  /** Whether it is true; undefined where the split has no labels. */
  readonly label: boolean | undefined;
}

const Identifier = v.pipe(
  v.string(),
  v.check((text) => /^.+-.+-.+-.+$/.test(text), "split-set-pair-sentence, such as dev-12-0-1"),
);
const ImageName = v.union([v.number(), v.string()]);

const LIST = v.array(
  v.object({
    identifier: Identifier,
    img0: ImageName,
    img1: ImageName,
    sent: v.string(),
    label: v.optional(v.picklist([0, 1])),
  }),
);

const OFFICIAL = v.object({
  identifier: Identifier,
  sentence: v.string(),
  label: v.optional(v.picklist(["True", "False"])),
});

/**
 * Reads one of the original's lists of statements (`nlvr/valid.json` and so on): `identifier`, `img0`, `img1`, `sent`,
 * optional `label` (1 = true).
 *
 * @throws VlPetError "data" when the file is unreadable or has another form, or an identifier occurs twice.
 */
export async function readStatementList(file: string): Promise<PairStatement[]> {
  const entries = await readJson(file, LIST);
  return distinct(
    file,
    entries.map(({ identifier, img0, img1, sent, label }) => ({
      identifier,
      images: [String(img0), String(img1)],
      statement: sent,
      label: label === undefined ? undefined : label === 1,
    })),
  );
}

/**
 * Reads an official NLVR2 file (`dev.json` and so on, one object a line): `identifier`, `sentence`, optional `label`. The
 * pictures are named after the identifier, `img0` or `img1` in place of its last part.
 *
 * @throws VlPetError "data" as `readStatementList`.
 */
export async function readOfficialStatements(file: string): Promise<PairStatement[]> {
  const lines = await readJsonLines(file, OFFICIAL);
  return distinct(
    file,
    lines.map(({ identifier, sentence, label }) => {
      const pair = identifier.slice(0, identifier.lastIndexOf("-"));
      return {
        identifier,
        images: [`${pair}-img0`, `${pair}-img1`],
        statement: sentence,
        label: label === undefined ? undefined : label === "True",
      };
    }),
  );
}

function distinct(file: string, statements: PairStatement[]): PairStatement[] {
  const note = uniqueIds("identifier");
  for (const [i, { identifier }] of statements.entries()) note(identifier, `${file}, statement ${i + 1}`);
  return statements;
}
