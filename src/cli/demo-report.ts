import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { TaskEvaluation } from "./evaluation.ts";

/** One model of the comparison. */
export interface DemoRow {
  readonly name: string;
  readonly evaluations: readonly TaskEvaluation[];
}

export interface DemoReportRequest {
  readonly rows: readonly DemoRow[];
  /** The folder of the pictures, `<image name>.png`. */
  readonly pictures: string;
}

/** Test scenes shown in the report, and written out on the terminal. */
const SHOWN = 12;
const WRITTEN = 4;

/** What all models say about one picture. */
interface Shown {
  readonly image: string;
  /** The question, or null for a caption. */
  readonly question: string | null;
  readonly right: string;
  readonly said: readonly { readonly name: string; readonly text: string }[];
}

function shownExamples(rows: readonly DemoRow[], count: number): readonly Shown[] {
  const [first] = rows;
  return (first?.evaluations ?? []).flatMap(({ task, data }) => {
    const { examples } = data.split;
    // One question a picture, spread over the split.
    const step = Math.max(1, Math.floor(examples.length / count));
    return Array.from({ length: count }, (_, i) => examples[i * step]).flatMap((example) =>
      example === undefined
        ? []
        : {
            image: example.images[0] ?? "",
            question: task === "vqa" ? example.prompt.replace(/^\w+: /, "") : null,
            right: example.references[0] ?? "",
            said: rows.map(({ name, evaluations }) => ({
              name,
              text: evaluations.find((one) => one.task === task)?.predictions.get(example.id) ?? "",
            })),
          },
    );
  });
}

/** Some held-out scenes in words: what is right, and what each model says. */
export function demoExamples(rows: readonly DemoRow[]): string {
  return shownExamples(rows, WRITTEN)
    .map(({ image, question, right, said }) =>
      [
        `${image}  ${question ?? "(caption)"}`,
        `  right: ${right}`,
        ...said.map(({ name, text }) => `  ${name}: ${text}`),
      ].join("\n"),
    )
    .join("\n\n");
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}

function scoreRows(rows: readonly DemoRow[]): string {
  const [first] = rows;
  const head = (first?.evaluations ?? []).map(
    ({ task, scores }) => `<th>${task}: ${scores?.headline.name ?? ""}</th>`,
  );
  const body = rows.map(({ name, evaluations }) => {
    const cells = evaluations.map(({ scores }) => `<td>${scores?.headline.value.toFixed(1) ?? ""}</td>`);
    return `<tr><th>${escaped(name)}</th>${cells.join("")}</tr>`;
  });
  return `<table><tr><th>on held-out scenes</th>${head.join("")}</tr>${body.join("")}</table>`;
}

async function card({ image, question, right, said }: Shown, pictures: string): Promise<string> {
  const bytes = await readFile(join(pictures, `${image}.png`));
  const lines = said.map(({ name, text }) => `<dt>${escaped(name)}</dt><dd>${escaped(text)}</dd>`);
  return `<figure><img alt="${escaped(image)}" src="data:image/png;base64,${bytes.toString("base64")}">
<figcaption><b>${escaped(question ?? "Describe the picture.")}</b>
<dl><dt>right</dt><dd>${escaped(right)}</dd>${lines.join("")}</dl></figcaption></figure>`;
}

const STYLE = `body{font:16px/1.4 system-ui,sans-serif;margin:2rem auto;max-width:70rem;color:#222}
table{border-collapse:collapse;margin:1rem 0}th,td{padding:.3rem .8rem;text-align:left;border-bottom:1px solid #ccc}
td{text-align:right}main{display:grid;grid-template-columns:repeat(auto-fill,minmax(20rem,1fr));gap:1rem}
figure{margin:0;padding:.8rem;border:1px solid #ddd;border-radius:.5rem}img{width:112px;image-rendering:auto}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.1rem .6rem;font-size:.85rem}dt{color:#777}dd{margin:0}`;

/** Writes one HTML file, pictures inside: the table, and what each model says about some held-out scenes. */
export async function writeDemoReport(file: string, { rows, pictures }: DemoReportRequest): Promise<void> {
  const cards = await Promise.all(shownExamples(rows, SHOWN).map((shown) => card(shown, pictures)));
  const page = `<!doctype html><html lang="en"><meta charset="utf-8"><title>VL-PET on scenes</title>
<style>${STYLE}</style><h1>A language model learns to see</h1>
${scoreRows(rows)}<main>${cards.join("\n")}</main></html>\n`;
  await writeFile(`${file}.tmp`, page);
  await rename(`${file}.tmp`, file);
}
