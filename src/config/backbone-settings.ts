import * as v from "valibot";
import { BACKBONES, type BackboneConfig } from "../backbones/index.ts";
import { Path } from "../tasks/index.ts";

const width = v.pipe(v.number(), v.integer(), v.minValue(1));

/** What a run says about its backbone, whatever the family. */
const OWN = {
  /**
   * A folder in Hugging Face's format: config.json, model.safetensors or pytorch_model.bin, tokenizer files; or a model
   * on the Hub, as hub:OWNER/NAME. Null: fresh random weights.
   */
  folder: v.optional(v.nullable(Path), null),
  /** Channels of a feature row; null = what the features have. */
  featureWidth: v.optional(v.nullable(width), null),
};

type Family = keyof typeof BACKBONES;
type OwnKey = keyof typeof OWN;

export interface OwnSettings {
  readonly folder: string | null;
  readonly featureWidth: number | null;
}

/** A family's settings, none of which has to be given. */
export type Given<Config> = {
  readonly [Key in keyof Omit<Config, "name" | OwnKey>]?: Config[Key & keyof Config];
};
export type SettingsOf<Config extends BackboneConfig> = Config extends BackboneConfig
  ? { readonly name: Config["name"] } & OwnSettings & Given<Config>
  : never;

/** The backbone of a run. Sizes that are left out come from the folder, or are those of the family's base model. */
export type BackboneSettings = SettingsOf<BackboneConfig>;
type BackboneSettingsInput = BackboneConfig extends infer Config
  ? Config extends BackboneConfig
    ? { readonly name: Config["name"] } & Partial<OwnSettings> & Given<Config>
    : never
  : never;

/** Without the defaults of the sizes: whether one was given has to be known. */
function familySettings(family: Family): v.GenericSchema {
  const { entries } = BACKBONES[family].config;
  const optional = Object.entries(entries).map(([key, entry]) => [key, v.optional(entry)] as const);
  return v.strictObject({ ...Object.fromEntries(optional), name: entries.name, ...OWN });
}

const FAMILIES = Object.keys(BACKBONES) as Family[];

export const BackboneSettings = v.variant(
  "name",
  FAMILIES.map(familySettings) as never,
) as unknown as v.GenericSchema<BackboneSettingsInput, BackboneSettings>;
