import type { Size, Tensor } from "../graph/index.ts";
import { paddedLayout, type Scope, type SiteName } from "../nn/index.ts";
import { concat, expand, reshape } from "../ops/index.ts";

type PromptSite = Extract<SiteName, `${string}.prompt`>;

/** The rows that a method puts before every text, once for each example: [batch, P, D]. */
export function promptRows(
  scope: Scope,
  site: PromptSite,
  { batch, length, width }: { readonly batch: Size; readonly length: number; readonly width: number },
): Tensor {
  const zeros = scope.graph.constant(new Float32Array(length * width), [length, width]);
  const rows = scope.site(site, { x: zeros, y: zeros, layout: paddedLayout(1, length) });
  return expand(reshape(rows, [1, length, width]), [batch, length, width]);
}

/** Texts behind the encoder's prompt: [B, L, D] → [B, P + L, D]; unchanged when there is none. */
export function behindPrompt(scope: Scope, text: Tensor, length: number): Tensor {
  if (length === 0) return text;
  const [batch, , width] = text.shape;
  if (batch === undefined || typeof width !== "number") {
    throw new RangeError("internal: texts have the shape [B, L, D] with a fixed D");
  }
  return concat([promptRows(scope, "encoder.prompt", { batch, length, width }), text], 1);
}
