/**
 * METEOR and SPICE for everybody's import: the file that runs Java needs Node, and is loaded when first called, so that
 * the rest of this room also runs in a browser.
 */
import type { JavaMetric, JavaMetricOptions } from "./java-metrics.ts";
import type { TokenizedCaption } from "./tokenized-caption.ts";

export type { JavaMetric, JavaMetricOptions } from "./java-metrics.ts";

/** As `meteor` of java-metrics.ts. */
export async function meteor(
  items: readonly TokenizedCaption[],
  options: JavaMetricOptions,
): Promise<JavaMetric> {
  return (await import("./java-metrics.ts")).meteor(items, options);
}

/** As `spice` of java-metrics.ts. */
export async function spice(
  items: readonly TokenizedCaption[],
  options: JavaMetricOptions,
): Promise<JavaMetric> {
  return (await import("./java-metrics.ts")).spice(items, options);
}
