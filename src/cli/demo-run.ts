import { join } from "node:path";
import { modelRequest, resolveConfig, type RunConfig } from "../config/index.ts";
import { model } from "../train/model.ts";
import { modelSummary } from "../train/model-summary.ts";
import { blindEvaluations, frozenEvaluations } from "./demo-baselines.ts";
import { demoExamples, writeDemoReport, type DemoRow } from "./demo-report.ts";
import type { DemoOptions } from "./demo.ts";
import { drawScenes } from "./drawn-scenes.ts";
import { runTraining } from "./run-training.ts";
import { table } from "./table.ts";

/** Scenes of each split: enough to learn from in minutes, and to tell models apart. */
const SCENES = { train: 1000, valid: 50, test: 150 } as const;

/**
 * The whole story on made-up pictures: draws them, asks the frozen language model (which has only ever read text),
 * tunes it blindfolded as a baseline, tunes it with VL-PET-large, and compares the three on scenes never seen.
 */
export async function runDemo({ output, seed, quiet, signal }: DemoOptions): Promise<void> {
  const data = join(output, "data");
  await drawScenes({ ...SCENES, folder: data, seed, quiet, signal });
  const config = await resolveConfig({
    presets: ["scenes"],
    options: [{ name: "the demo", value: { data, output: join(output, "run"), training: { seed } } }],
  });
  const share = await trainedShare(config);
  const frozen = await frozenEvaluations(config, { quiet, signal });
  const blind = await blindEvaluations(config, { quiet, signal });
  const { folder, evaluations } = await runTraining({ config, resume: true, quiet, signal });
  const rows: DemoRow[] = [
    { name: "frozen language model", evaluations: frozen },
    { name: "tuned without pictures", evaluations: blind },
    { name: `VL-PET-large (${share.toFixed(1)} % trained)`, evaluations },
  ];
  const report = join(output, "report.html");
  await writeDemoReport(report, { rows, pictures: join(data, "images") });
  process.stdout.write(`${demoTable(rows)}\n\n${demoExamples(rows)}\n`);
  process.stdout.write(`pictures with predictions: ${report}\nthe run: ${folder.path}\n`);
}

/** Trained parameters in percent of all. */
async function trainedShare(config: RunConfig): Promise<number> {
  const request = await modelRequest(config);
  return modelSummary(model(request.model, Object.keys(request.prompts))).percent;
}

/** Headline scores of each model on held-out scenes. */
function demoTable(rows: readonly DemoRow[]): string {
  const [first] = rows;
  const names = first?.evaluations.map(({ task, scores }) => `${task}: ${scores?.headline.name ?? ""}`) ?? [];
  return table(
    ["on held-out scenes", ...names],
    rows.map(({ name, evaluations }) => [
      name,
      ...evaluations.map(({ scores }) => Number(scores?.headline.value.toFixed(1))),
    ]),
  );
}
