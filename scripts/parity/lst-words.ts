import type { CaseDescription } from "./case.ts";

type Words = CaseDescription["method"];

function layers(chosen: unknown): unknown {
  return chosen === "all" ? null : chosen;
}

/** What only the form that the original ships may say. */
function isShipped(words: Words): boolean {
  return (
    words["gate"] === "learnable" &&
    words["addResidualAfter"] === false &&
    words["downsamplePool"] === false &&
    words["projectionBias"] === true
  );
}

/** Settings of ladder side-tuning, by what the cases call them. */
export const LST_WORDS: Readonly<Record<string, (words: Words) => unknown>> = {
  lst: (words) =>
    isShipped(words)
      ? {
          name: "lst",
          reduction: words["reductionFactor"],
          encoderLayers: layers(words["encoderSideLayers"]),
          decoderLayers: layers(words["decoderSideLayers"]),
          temperature: words["gateTemperature"],
        }
      : null,
};
