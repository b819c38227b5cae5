import { existsSync, statSync } from "node:fs";
import { readdir } from "node:fs/promises";
import { join, resolve } from "node:path";
import { adapterModel } from "../config/index.ts";
import { VlPetError } from "../error.ts";
import { ADAPTER_CONFIG, readAdapterConfig, type AdapterConfig } from "../train/adapter-folder.ts";
import { weightsFile } from "../train/hugging-face-folder.ts";
import { modelFolder } from "../train/model-folder.ts";
import { openAdapterModel, type ModelValues } from "../train/model-values.ts";
import { runFolder, storedConfig } from "./run-folder.ts";

/** A trained model whose numbers can be read, without a device. */
export interface OpenedAdapter {
  readonly config: AdapterConfig;
  readonly values: ModelValues;
  /** The folder of its backbone; null when that began fresh. */
  readonly backbone: string | null;
  /** The backbone as it was asked for: a folder or a model on the Hub. */
  readonly backboneName: string | null;
}

/** Whether a path is a folder. */
export function isFolder(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory();
}

/**
 * Opens the adapter in a folder, which is its own or that of a run. `backbone`: its backbone's folder, where a run does
 * not say it; null = not given.
 *
 * @throws VlPetError "config" when the backbone is needed and not known, "checkpoint" when folders do not fit together.
 */
export async function openAdapter(source: string, backbone: string | null): Promise<OpenedAdapter> {
  const folder = runFolder(resolve(source));
  const isRun = !existsSync(join(folder.path, ADAPTER_CONFIG)) && existsSync(folder.config);
  const adapter = isRun ? folder.adapter : folder.path;
  const stored = await readAdapterConfig(adapter);
  const config = { ...stored, model: adapterModel(stored, join(adapter, ADAPTER_CONFIG)) };
  const name = backbone ?? (isRun ? (await storedConfig(folder)).backbone.folder : null);
  if (name === null && config.backboneFingerprint !== null) throw withoutBackbone(source);
  const home = name === null ? null : await modelFolder(name, "model");
  const backboneFile = home === null ? null : weightsFile(home);
  const values = await openAdapterModel({ adapter, config, backboneFile });
  return { config, values, backbone: home, backboneName: name };
}

function withoutBackbone(source: string): VlPetError {
  return new VlPetError("config", "this adapter was trained on a backbone whose weights are needed", {
    where: source,
    fix: "name its folder, or the model on the Hub, with --backbone",
  });
}

/** @throws VlPetError "config" unless nothing is there yet, or an empty folder. */
export async function requireNew(output: string): Promise<void> {
  if (!existsSync(output)) return;
  if (isFolder(output) && (await readdir(output)).length === 0) return;
  throw new VlPetError("config", "there is something under this name already", {
    where: output,
    fix: "name another file or folder with --output",
  });
}
