import type { Evaluate } from "../../src/autodiff/index.ts";
import { onnxModel } from "../../src/onnx/index.ts";
import type { Engine } from "../../src/runtime/index.ts";

/** Runs programs on an engine, for the gradient check: every run draws the same random masks, unless they are fed. */
export function evaluateOn(engine: Engine): Evaluate {
  return async (outputs, runs) => {
    const session = await engine.compile(onnxModel(outputs, new Map()), null);
    const fetch = Object.keys(outputs);
    try {
      return await Promise.all(
        runs.map((feeds) => session.run({ feeds, fetch, random: { seed: 0, step: 0 } })),
      );
    } finally {
      await session.release();
    }
  };
}
