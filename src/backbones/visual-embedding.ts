import { symbol, times, type HostTensor, type Tensor } from "../graph/index.ts";
import { float32Tensor } from "../graph/index.ts";
import { VlPetError } from "../error.ts";
import { embeddingTable, linear, norm, paddedLayout, type NormKind, type Scope } from "../nn/index.ts";
import { add, concat, gather, gatherRows, mul, reduceMax, relu, reshape, slice, sub } from "../ops/index.ts";
import type { EncoderBatch } from "./backbone.ts";
import { poolingWindows, visualTokens, type VisualLayout } from "./visual-layout.ts";
import { visualProjector } from "./visual-projector.ts";
import type { LowRankProjector } from "./visual-settings.ts";

const BOX_COORDINATES = 4;

/** What the visual embedding depends on in its backbone. */
export interface VisualConfig {
  readonly width: number;
  readonly featureWidth: number;
  readonly vocabulary: number;
  readonly norm: NormKind;
  /** Rows of the image-order table. */
  readonly imageSlots: number;
  readonly projector: LowRankProjector | null;
  /** Further layers between the projector's norm and the sum, each linear, ReLU and norm. */
  readonly hiddenLayers: number;
}

function constantIndices(scope: Scope, indices: readonly number[]): Tensor {
  return scope.graph.constant(BigInt64Array.from(indices, BigInt), [indices.length]);
}

/** Pools each image's feature grid: [B, images·rows, F] → [B·V, F]. */
function pooledFeatures(
  scope: Scope,
  { visual, features: given }: { readonly visual: VisualLayout; readonly features: Tensor | null },
  featureWidth: number,
): Tensor {
  const batch = symbol("B");
  const features =
    given ?? scope.graph.input("features", "float32", [batch, visual.images * visual.rows, featureWidth]);
  const rowCount = times(batch, visualTokens(visual));
  if (visual.pooledRows === visual.rows) return reshape(features, [rowCount, featureWidth]);
  const { cells, window } = poolingWindows(visual.rows, visual.pooledRows);
  const perImage = reshape(features, [times(batch, visual.images), visual.rows, featureWidth]);
  const windows = gather(perImage, constantIndices(scope, cells), 1); // [B·images, V'·window, F]
  return reduceMax(reshape(windows, [rowCount, window, featureWidth]), [1], { keep: false });
}

/**
 * Boxes with their area: [B, images·rows, 4] → [B·V, 5]. Pooling keeps each image's first boxes, as the original does.
 * Quirk: the coordinates are taken for (x1, x2, y1, y2), although files hold (x1, y1, x2, y2).
 */
function boxesWithArea(scope: Scope, visual: VisualLayout): Tensor {
  const batch = symbol("B");
  const boxes = scope.graph.input("boxes", "float32", [batch, visual.images * visual.rows, BOX_COORDINATES]);
  const perImage = reshape(boxes, [times(batch, visual.images), visual.rows, BOX_COORDINATES]);
  const kept = slice(perImage, { axis: 1, start: 0, length: visual.pooledRows });
  const flat = reshape(kept, [times(batch, visualTokens(visual)), BOX_COORDINATES]);
  const [x1, x2, y1, y2] = [0, 1, 2, 3].map((start) => slice(flat, { axis: 1, start, length: 1 }));
  if (!x1 || !x2 || !y1 || !y2) throw new RangeError("internal: a box has four coordinates");
  return concat([flat, mul(sub(y2, y1), sub(x2, x1))], 1);
}

/** The layers behind the projector: rows [R, D] → [R, D]. Each takes three places in the original's list. */
function hidden(scope: Scope, features: Tensor, { width, norm: kind, hiddenLayers }: VisualConfig): Tensor {
  let rows = features;
  for (let layer = 0; layer < hiddenLayers; layer++) {
    const place = 2 + 3 * layer;
    const activated = relu(linear(scope.at(`feat_embedding.${place}`), rows, width));
    rows = norm(scope.at(`feat_embedding.${place + 2}`), activated, kind);
  }
  return rows;
}

/**
 * Visual tokens [B, V, D] (original: VisualEmbedding): norm(linear(features)) + norm(linear(boxes and area)) +
 * image-order row + object-order row. Object orders are rows of the shared token table, counted from its end.
 * Throws kind "config" when there are more images than slots.
 */
export function visualEmbedding(
  scope: Scope,
  seen: { readonly visual: VisualLayout; readonly features: Tensor | null },
  config: VisualConfig,
  table: Tensor,
): Tensor {
  const { visual } = seen;
  if (visual.images > config.imageSlots) {
    throw new VlPetError("config", "an example has more images than the backbone tells apart", {
      where: "backbone.imageSlots",
      expected: `at least ${visual.images}`,
      received: `${config.imageSlots}`,
    });
  }
  const at = scope.at("visual_embedding").part("visual");
  const tokens = visualTokens(visual);
  const layout = paddedLayout(symbol("B"), tokens);

  const raw = pooledFeatures(at, seen, config.featureWidth); // [B·V, F]
  const projector = at.at("feat_embedding.0");
  const projected = projector.site("visual.projector", {
    x: raw,
    y: visualProjector(projector, raw, config.width, config.projector),
    layout,
  });
  const features = hidden(at, norm(at.at("feat_embedding.1"), projected, config.norm), config); // [B·V, D]

  const boxes = linear(at.at("absolute_vis_pos_embedding.0"), boxesWithArea(at, visual), config.width);
  const positions = norm(at.at("absolute_vis_pos_embedding.1"), boxes, config.norm);

  const imageIds = Array.from({ length: tokens }, (_, i) => Math.floor(i / visual.pooledRows));
  const objectIds = imageIds.map((image, i) => config.vocabulary - 1 - (i - image * visual.pooledRows));
  const imageTable = embeddingTable(at.at("img_order_embedding"), config.imageSlots, config.width);
  const orders = add(
    gatherRows(imageTable, constantIndices(at, imageIds)),
    gatherRows(table, constantIndices(at, objectIds)),
  ); // [V, D]
  return add(layout.grid(add(features, positions)), orders);
}

/** Feeds of the visual inputs: features or pixels, and boxes (null = zeros). */
export function visualFeeds(
  batch: number,
  visual: VisualLayout,
  { features, boxes, imageSize }: Pick<EncoderBatch, "features" | "boxes" | "imageSize">,
): Record<string, HostTensor> {
  const rows = visual.images * visual.rows;
  const seen: Record<string, HostTensor> =
    imageSize === undefined
      ? { features: float32Tensor(features, [batch, rows, features.length / (batch * rows)]) }
      : { images: float32Tensor(features, [batch * visual.images, 3, imageSize, imageSize]) };
  const places = boxes ?? new Float32Array(batch * rows * BOX_COORDINATES);
  return { ...seen, boxes: float32Tensor(places, [batch, rows, BOX_COORDINATES]) };
}
