import { readOfficialStatements } from "../../data/index.ts";

/**
 * The records of `nlvr/<split>.json`, made of an official file of statements (spec: datasets §20); a statement without a
 * label has none here.
 *
 * @throws VlPetError "data" when the file is unreadable or has another form.
 */
export async function* nlvrList(file: string, split: string): AsyncGenerator<object> {
  for (const [i, { identifier, images, label, statement }] of (
    await readOfficialStatements(file)
  ).entries()) {
    yield {
      identifier,
      img0: images[0],
      img1: images[1],
      ...(label === undefined ? {} : { label: label ? 1 : 0 }),
      sent: statement,
      uid: `nlvr2_${split}_${i}`,
    };
  }
}
