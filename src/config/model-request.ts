import { backbone, type SpecialTokens } from "../backbones/index.ts";
import { VlPetError } from "../error.ts";
import { type LoadOptions, TASKS } from "../tasks/index.ts";
import { loadTokenizer, type Tokenizer } from "../text/index.ts";
import { encodedRows } from "../train/image-encoder.ts";
import { weightsFile } from "../train/hugging-face-folder.ts";
import type { ModelSessionRequest } from "../train/session.ts";
import { backboneConfig } from "./backbone-config.ts";
import { imageEncoderConfig } from "./image-encoder.ts";
import { localConfig } from "./local-config.ts";
import type { RunConfig, RunTask, TaskSettings } from "./run-config.ts";

/** What a session needs to know of a configuration; where it writes and which adapter it reads is the caller's. */
export type ModelRequest = Omit<ModelSessionRequest, "adapter" | "scratch">;

/**
 * Reads tokenizer and backbone configuration.
 *
 * @throws VlPetError "config" when there is no tokenizer or it does not belong to the backbone, "data" when a file
 * cannot be read.
 */
export async function modelRequest(asked: RunConfig): Promise<ModelRequest> {
  const config = await localConfig(asked);
  const { pet, visual, training, engine } = config;
  const { folder } = config.backbone;
  const tokenizerFolder = config.tokenizer ?? folder;
  if (tokenizerFolder === null) throw withoutTokenizer();
  const tokenizer = await loadTokenizer(tokenizerFolder);
  const imageEncoder = await imageEncoderConfig(visual.encoder);
  const featureWidth = imageEncoder === null ? config.backbone.featureWidth : encodedRows(imageEncoder).width;
  const sizes = await backboneConfig({ ...config.backbone, featureWidth }, tokenizer.vocabSize);
  requireMarkers(tokenizer, backbone(sizes).tokens, tokenizerFolder);
  return {
    model: { backbone: sizes, pet, ...(imageEncoder === null ? {} : { imageEncoder }) },
    ...(visual.encoder === null ? {} : { imageEncoderFile: visual.encoder.weights }),
    visual: {
      regions: visual.regions,
      frames: visual.frames,
      padding: config.behaviour === "original" ? "attended" : "masked",
    },
    tokenizer,
    backboneFile: folder === null ? null : weightsFile(folder),
    seed: training.seed,
    prompts: taskPrompts(config),
    ...(engine.threads === null ? {} : { threads: engine.threads }),
  };
}

/** Tasks of a configuration in the order of the registry, which decides the order of training. */
export function configuredTasks({ tasks }: RunConfig): readonly (readonly [RunTask, TaskSettings])[] {
  return (Object.keys(TASKS) as RunTask[]).flatMap((name) => {
    const settings = tasks[name];
    return settings === undefined ? [] : [[name, settings] as const];
  });
}

/** The tasks of a run and the words that announce each; a configuration without tasks means all of them. */
export function taskPrompts(config: RunConfig): Readonly<Record<string, string>> {
  const configured = configuredTasks(config).map(([name]) => name);
  const names = configured.length === 0 ? (Object.keys(TASKS) as RunTask[]) : configured;
  return Object.fromEntries(names.map((name) => [name, loadOptions(config, name).prompt]));
}

/** How a task of a run is loaded. */
export function loadOptions({ prompts, behaviour, tasks }: RunConfig, name: RunTask): Required<LoadOptions> {
  return { prompt: prompts ? (tasks[name]?.prompt ?? TASKS[name].prompt) : "", behaviour };
}

function withoutTokenizer(): VlPetError {
  return new VlPetError("config", "there is no tokenizer", {
    where: "tokenizer",
    expected: "a folder with vocab.json and merges.txt",
    fix: "give --set tokenizer=FOLDER, or --set backbone.folder=FOLDER with the tokenizer beside the weights",
  });
}

/** Backbones know their markers by number. */
function requireMarkers(tokenizer: Tokenizer, wanted: SpecialTokens, folder: string): void {
  const { padId: pad, bosId: bos = null, eosId: eos, decoderStartId: decoderStart } = tokenizer;
  const expected = markersText(wanted);
  const received = markersText({ pad, bos, eos, decoderStart });
  if (expected === received) return;
  throw new VlPetError("config", "the tokenizer numbers its markers otherwise than the backbone", {
    where: folder,
    expected,
    received,
    fix: "use a tokenizer of the backbone's own family",
  });
}

function markersText({ pad, bos, eos, decoderStart }: SpecialTokens): string {
  return `padding ${pad}, begin ${bos ?? "none"}, end ${eos}, decoder start ${decoderStart}`;
}
