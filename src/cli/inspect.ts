import { Command, Option } from "commander";
import { backboneConfig, localConfig, taskPrompts, type RunConfig } from "../config/index.ts";
import { loadTokenizer } from "../text/index.ts";
import { model } from "../train/model.ts";
import { addConfigOptions, configFrom, type ConfigOptions } from "./config-options.ts";
import { GRAPH_KINDS, modelGraph, type GraphKind } from "../train/model-graph.ts";
import { modelSummary, type ModelSummary } from "../train/model-summary.ts";
import { printMethodTable } from "./inspect-table.ts";
import { table } from "./table.ts";

interface InspectOptions extends ConfigOptions {
  readonly graph?: GraphKind;
  readonly table: boolean;
  readonly json: boolean;
}

const NOTES = `
No weights are read. Without a tokenizer the vocabulary is bart-base's.

Examples:
  vlpet inspect --preset vl-pet-large
  vlpet inspect --preset vl-pet-small --set pet.rank=48 --json
  vlpet inspect --set backbone.width=64 --set backbone.heads=4 --graph encode
  vlpet inspect --table`;

/** `vlpet inspect` */
export function inspectCommand(): Command {
  const command = new Command("inspect").description(
    "show the parameters, sites and programs of a configuration",
  );
  return addConfigOptions(command)
    .addOption(new Option("--graph <program>", "print this program as well").choices(GRAPH_KINDS))
    .option("--table", "show what every method trains on bart-base and t5-base, beside the paper", false)
    .option("--json", "print JSON", false)
    .addHelpText("after", NOTES)
    .action(inspectWith);
}

async function inspectWith(options: InspectOptions): Promise<void> {
  if (options.table) {
    printMethodTable(options.json);
    return;
  }
  const config = await localConfig(await configFrom(options));
  const vocabulary = await vocabularyOf(config);
  const backbone = await backboneConfig(config.backbone, vocabulary);
  const made = model({ backbone, pet: config.pet }, Object.keys(taskPrompts(config)));
  const summary = modelSummary(made);
  const graph = options.graph === undefined ? null : modelGraph(made, options.graph, config.visual.regions);
  if (options.json) {
    const record = { backbone, pet: config.pet, ...summary };
    console.log(JSON.stringify(graph === null ? record : { ...record, graph }, null, 2));
    return;
  }
  console.log(`${backbone.name} with ${config.pet.name}\n\n${summaryText(summary)}`);
  if (graph !== null) console.log(`\n${options.graph}:\n${graph}`);
}

async function vocabularyOf({ tokenizer, backbone }: RunConfig): Promise<number | null> {
  const folder = tokenizer ?? backbone.folder;
  return folder === null ? null : (await loadTokenizer(folder)).vocabSize;
}

function summaryText({ groups, total, trained, percent, sites, unfrozen }: ModelSummary): string {
  const rows = [...groups, { group: "all", total, trained }].map((row) => [
    row.group,
    row.total,
    row.trained,
    ((100 * row.trained) / row.total).toFixed(2),
  ]);
  const counts = table(["parameters", "total", "trained", "percent"], rows);
  const places = sites.map(({ site, parameters }) => {
    const lines = parameters.map(({ path, shape, count }) => `  ${path} [${shape.join(", ")}] × ${count}`);
    return [`${site}:`, ...lines].join("\n");
  });
  const freed = unfrozen.map(({ selector, parameters }) => {
    const traits = Object.entries(selector).map(([trait, value]) => `${trait} ${value}`);
    return `  ${traits.length === 0 ? "everything" : traits.join(", ")}: ${parameters} parameters`;
  });
  const share = `trained: ${trained} of ${total} parameters, ${percent.toFixed(2)} %`;
  const acts = places.length === 0 ? "acts at no site" : places.join("\n");
  return `${counts}\n\n${share}\n\nsites:\n${acts}\n\nunfreezes:\n${freed.join("\n") || "  nothing"}`;
}
