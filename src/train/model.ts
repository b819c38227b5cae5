import { VlPetError } from "../error.ts";
import {
  backbone,
  visualLayout,
  type Backbone,
  type BackboneConfig,
  type Encoded,
  type Head,
  type VisualLayout,
} from "../backbones/index.ts";
import { Graph } from "../graph/index.ts";
import {
  Scope,
  selects,
  type AttendedSite,
  type Mode,
  type Parameter,
  type Sequence,
  type SiteName,
} from "../nn/index.ts";
import { encodedImages, encodedRows, isOfImageEncoder, type ImageEncoderConfig } from "./image-encoder.ts";
import { petPlan, trains, type PetConfig, type Plan } from "../pet/index.ts";

/** What a model is: a backbone and a tuning method, both as data, and the image encoder before them, if it has one. */
export interface ModelConfig {
  readonly backbone: BackboneConfig;
  readonly pet: PetConfig;
  readonly imageEncoder?: ImageEncoderConfig | null;
}

/** A backbone with a plan: the only place where the two meet. */
export interface Model {
  readonly config: ModelConfig;
  readonly backbone: Backbone;
  readonly plan: Plan;
  /** The tasks it is made for; methods may give each weights of its own. */
  readonly tasks: readonly string[];
}

export function model(config: ModelConfig, tasks: readonly string[]): Model {
  const plan = petPlan(config.pet);
  return { config, backbone: backbone(config.backbone, plan.prompts, plan.ladder), plan, tasks };
}

/** What one graph is written for: a visual layout, and a task when tasks have weights of their own. */
export interface Variant {
  readonly visual: VisualLayout;
  readonly task: string | null;
}

/** The variant of a task's batches. */
export function variantOf({ plan }: Model, visual: VisualLayout, task: string): Variant {
  return { visual, task: plan.perTask === true ? task : null };
}

/** A root scope of a fresh graph in which this model can be written. */
export function modelScope({ backbone: made, plan }: Model, mode: Mode, task: string | null): Scope {
  const { initRule, sizes } = made;
  const depths = { encoder: sizes.encoderLayers, decoder: sizes.decoderLayers };
  return Scope.root({ graph: new Graph(), hooks: plan.hooks, initRule, mode, depths, task });
}

/** A whole model written into a graph: encoder, decoder over whole targets, head. */
export interface WrittenModel {
  readonly scope: Scope;
  readonly encoded: Encoded;
  readonly states: Sequence;
  readonly head: Head;
}

/** Writes the encoder, with the image encoder before it in a model that reads pixels. */
export function encodedInputs(
  { config, backbone: made }: Model,
  scope: Scope,
  visual: VisualLayout,
): Encoded {
  const { imageEncoder = null } = config;
  const isSeen = imageEncoder !== null && visual.images > 0;
  return made.encode(scope, visual, isSeen ? encodedImages(imageEncoder, scope, visual) : null);
}

export function writtenModel(made: Model, { visual, task }: Variant, mode: Mode): WrittenModel {
  const scope = modelScope(made, mode, task);
  const encoded = encodedInputs(made, scope, visual);
  const states = made.backbone.decode(scope, encoded);
  const head = made.backbone.head(scope);
  return { scope, encoded, states, head };
}

/**
 * A selector or hook that matches nothing is a mistake in a method, never silently ignored; only the visual embedding
 * may be missing, from a plain language model.
 */
function verifyPlan({ plan, config, backbone: { sizes } }: Model, scope: Scope): void {
  for (const site of Object.keys(plan.hooks) as (AttendedSite | SiteName)[]) {
    if (!scope.visited.has(site)) {
      throw new VlPetError("site", "a method acts at a site that the backbone never opens", {
        where: `${config.pet.name} on ${config.backbone.name}`,
        received: site,
      });
    }
  }
  for (const selector of plan.unfreeze) {
    if (selector.part === "visual" && sizes.imageSlots === 0) continue;
    if (!scope.parameters.some((parameter) => selects(selector, parameter))) {
      throw new VlPetError("site", "a method unfreezes parameters that the backbone does not have", {
        where: `${config.pet.name} on ${config.backbone.name}`,
        received: JSON.stringify(selector),
      });
    }
  }
}

/** All parameters of a model over all its tasks, in the order the graphs ask for them. */
export function modelParameters(made: Model): readonly Parameter[] {
  const byPath = new Map<string, Parameter>();
  for (const task of made.plan.perTask === true ? made.tasks : [null]) {
    const { scope } = writtenModel(made, { visual: anyLayout(made), task }, "evaluate");
    verifyPlan(made, scope);
    for (const parameter of scope.parameters)
      byPath.set(parameter.path, byPath.get(parameter.path) ?? parameter);
  }
  return [...byPath.values()];
}

/** Which parameters there are does not depend on how many rows a picture has; any layout will do. */
function anyLayout({ config, backbone: { sizes } }: Model): VisualLayout {
  const { imageEncoder = null } = config;
  const rows = imageEncoder === null ? 1 : encodedRows(imageEncoder).rows;
  return visualLayout(sizes.imageSlots === 0 ? 0 : 1, rows, null);
}

/** The parameters that are trained: a method says which, and the image encoder's own setting whether it is among them. */
export function trainedParameters(
  { plan, config }: Model,
  parameters: readonly Parameter[],
): readonly Parameter[] {
  const trainsImages = config.imageEncoder?.train === "all";
  return parameters.filter((parameter) =>
    isOfImageEncoder(parameter)
      ? trainsImages && parameter.traits.role !== "buffer"
      : trains(plan, parameter),
  );
}
