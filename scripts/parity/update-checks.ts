import type { Updates } from "../../src/train/updates.ts";
import { LIMITS, type Check } from "./checks.ts";
import { expectedParts, worstAbsolute } from "./compare.ts";
import type { Setting } from "./run-case.ts";

/** The optimiser steps of a case: loss and gradient norm at each, and every parameter at the end. */
export async function checkUpdates(setting: Setting, run: Updates): Promise<Check[]> {
  const { optimizer, expected } = setting.parity.about;
  const checks: Check[] = [];
  const order = optimizer.batchOrder ?? expected.lossPerStep.map(() => 0);
  for (const [step, index] of order.entries()) {
    const batch = setting.batches[index];
    if (batch === undefined) throw new RangeError(`no batch ${index}`);
    const out = await run.update([{ variant: batch.variant, feeds: batch.feeds }], optimizer.lr, {
      seed: 0,
      step,
    });
    const norm = expected.gradNormBeforeClipPerStep[step] ?? Number.NaN;
    checks.push(
      {
        what: "loss",
        error: Math.abs(out.loss - (expected.lossPerStep[step] ?? Number.NaN)),
        limit: LIMITS.loss * 3,
        where: `step ${step + 1}`,
      },
      {
        what: "gradient",
        error: Math.abs(out.gradientNorm - norm) / norm,
        limit: LIMITS.gradient,
        where: `norm at step ${step + 1}`,
      },
    );
  }
  const values = await run.values();
  let worst: Check = { what: "parameter", error: 0, limit: LIMITS.parameter };
  for (const parameter of setting.trained) {
    const got = values.get(parameter.path) ?? new Float32Array();
    const keys = setting.keys(parameter);
    const sizes = keys.map((key) => (setting.file.tensors.get(key)?.byteLength ?? 0) / 4);
    const kinds = ["expected.param_after_3", "expected.param_after_3_head"];
    const wanted = expectedParts(setting.parity, kinds, keys, sizes).map(({ offset, figures }) => ({
      offset,
      data: figures.data as ArrayLike<number>,
    }));
    let offset = 0;
    keys.forEach((key, i) => {
      const formula = setting.parity.about.gradients?.[key];
      if (formula !== undefined) wanted.push({ offset, data: formula.after3First8 });
      offset += sizes[i] ?? 0;
    });
    if (wanted.length !== keys.length)
      return [
        ...checks,
        { ...worst, error: Number.POSITIVE_INFINITY, where: `${parameter.path}: not in the case` },
      ];
    for (const { offset: start, data } of wanted) {
      const error = worstAbsolute(got.subarray(start, start + data.length), data);
      if (error > worst.error) worst = { ...worst, error, where: parameter.path };
    }
  }
  return [...checks, worst];
}
