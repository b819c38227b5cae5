import { VlPetError } from "../error.ts";
import type { VisionOutput } from "./encoder.ts";

/** Throws kind "config" unless the encoder has this output. */
export function requireOutput(output: VisionOutput, outputs: readonly VisionOutput[], encoder: string): void {
  if (outputs.includes(output)) return;
  throw new VlPetError("config", `the image encoder has no output "${output}"`, {
    where: encoder,
    expected: outputs.join(", "),
    received: output,
    fix:
      output === "pooled"
        ? "use a file with all of CLIP's image encoder: this one ends before the projection"
        : "choose one of its outputs",
  });
}
