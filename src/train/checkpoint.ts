import { readdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { VlPetError } from "../error.ts";
import { writeSafetensors } from "../files/safetensors.ts";
import type { Parameter } from "../nn/index.ts";
import {
  ADAPTER_WEIGHTS,
  float32Entries,
  readAdapterConfig,
  readTrained,
  writeAdapter,
  writeFolder,
  writeJson,
  type AdapterConfig,
} from "./adapter-folder.ts";
import type { OptimizerState } from "./updates.ts";

/** Everything a run needs to go on as if it had never stopped: all randomness is keyed by the update's number. */
export interface Checkpoint {
  /** Updates done. */
  readonly update: number;
  readonly values: ReadonlyMap<string, Float32Array>;
  readonly optimizer: OptimizerState;
}

interface Progress {
  readonly update: number;
  readonly updates: Readonly<Record<string, number>>;
  /** Fingerprint of the settings that shape the run's course. */
  readonly course: string;
}

const OPTIMIZER = "optimizer.safetensors";
const PROGRESS = "progress.json";
const NAME = /^update-(\d+)$/;
const first = (path: string): string => `first/${path}`;
const second = (path: string): string => `second/${path}`;

export interface CheckpointWrite {
  /** The run's `checkpoints` folder. */
  readonly folder: string;
  readonly config: AdapterConfig;
  readonly parameters: readonly Parameter[];
  readonly course: string;
  /** Older checkpoints beyond so many are removed. */
  readonly keep: number;
}

/** Writes a checkpoint whole or not at all, then removes old ones. Gives its folder. */
export async function writeCheckpoint(request: CheckpointWrite, checkpoint: Checkpoint): Promise<string> {
  const { folder, config, parameters, course } = request;
  const { update, values, optimizer } = checkpoint;
  const target = join(folder, `update-${`${update}`.padStart(8, "0")}`);
  await writeFolder(target, async (temporary) => {
    await writeAdapter(temporary, config, parameters, values);
    const moments = [
      ...float32Entries(parameters, optimizer.first, first),
      ...float32Entries(parameters, optimizer.second, second),
    ];
    await writeSafetensors(join(temporary, OPTIMIZER), moments);
    const progress: Progress = { update, updates: Object.fromEntries(optimizer.updates), course };
    await writeJson(join(temporary, PROGRESS), progress);
  });
  for (const old of (await checkpointFolders(folder)).slice(request.keep)) await rm(old, { recursive: true });
  return target;
}

/** Checkpoint folders of a run, newest first. Half-written ones have another name and are not among them. */
async function checkpointFolders(folder: string): Promise<string[]> {
  const names = await readdir(folder).catch(() => []);
  return names
    .filter((name) => NAME.test(name))
    .toSorted()
    .toReversed()
    .map((name) => join(folder, name));
}

/** The newest checkpoint's folder, or null. */
export async function latestCheckpoint(folder: string): Promise<string | null> {
  return (await checkpointFolders(folder))[0] ?? null;
}

export interface CheckpointRead {
  readonly parameters: readonly Parameter[];
  readonly config: AdapterConfig;
  readonly course: string;
}

/** Reads a checkpoint. Throws kind "checkpoint" when it belongs to another model, backbone or course of training. */
export async function readCheckpoint(folder: string, wanted: CheckpointRead): Promise<Checkpoint> {
  const config = await readAdapterConfig(folder);
  requireSameBackbone(folder, config, wanted.config);
  const progress = await readProgress(folder);
  if (progress.course !== wanted.course) {
    throw new VlPetError(
      "checkpoint",
      "the run was started with other settings, so it cannot go on exactly",
      {
        where: folder,
        fix: "resume with the run's own config.json, or start a new run folder",
      },
    );
  }
  const optimizer = join(folder, OPTIMIZER);
  const values = await readTrained(join(folder, ADAPTER_WEIGHTS), wanted.parameters);
  const moments = await readTrained(optimizer, momentParameters(wanted.parameters));
  const pick = (nameOf: (path: string) => string): ReadonlyMap<string, Float32Array> =>
    new Map(wanted.parameters.map(({ path }) => [path, moments.get(nameOf(path)) ?? new Float32Array()]));
  return {
    update: progress.update,
    values,
    optimizer: {
      updates: new Map(Object.entries(progress.updates)),
      first: pick(first),
      second: pick(second),
    },
  };
}

function momentParameters(parameters: readonly Parameter[]): readonly Parameter[] {
  return [first, second].flatMap((nameOf) =>
    parameters.map((parameter) => ({ ...parameter, path: nameOf(parameter.path) })),
  );
}

async function readProgress(folder: string): Promise<Progress> {
  const file = join(folder, PROGRESS);
  try {
    return JSON.parse(await readFile(file, "utf8")) as Progress;
  } catch (cause) {
    throw new VlPetError("checkpoint", "the checkpoint's progress cannot be read", {
      where: file,
      fix: "remove this checkpoint folder; the one before it is used then",
      cause,
    });
  }
}

function sizes({ model }: AdapterConfig): string {
  const { backbone, imageEncoder = null } = model;
  return JSON.stringify(imageEncoder === null ? backbone : { ...backbone, imageEncoder });
}

/** The frozen weights in words: those of a file, or fresh ones, which differ from seed to seed. */
function weightsOf({ backboneFingerprint, imageEncoderFingerprint, seed }: AdapterConfig): string {
  const backbone =
    backboneFingerprint === null ? `weights drawn from the seed ${seed}` : `weights ${backboneFingerprint}`;
  return imageEncoderFingerprint === undefined
    ? backbone
    : `${backbone}, image encoder ${imageEncoderFingerprint}`;
}

/** Throws kind "checkpoint" unless both adapters are of the same backbone: same sizes, same weights. */
export function requireSameBackbone(where: string, got: AdapterConfig, wanted: AdapterConfig): void {
  if (sizes(got) !== sizes(wanted)) {
    throw new VlPetError("checkpoint", "the checkpoint belongs to another backbone", {
      where,
      expected: sizes(wanted),
      received: sizes(got),
      fix: "give the backbone with which it was trained",
    });
  }
  if (weightsOf(got) !== weightsOf(wanted)) {
    throw new VlPetError(
      "checkpoint",
      "the checkpoint was trained on other backbone weights of the same sizes",
      {
        where,
        expected: weightsOf(wanted),
        received: weightsOf(got),
        fix: "give the backbone folder with which it was trained",
      },
    );
  }
}
