import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type TensorData, writeSafetensors } from "../files/safetensors.ts";
import { type AdapterConfig, weightsFingerprint } from "./adapter-folder.ts";
import { requireSameBackbone } from "./checkpoint.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "adapter-"));
});
afterAll(() => rm(folder, { recursive: true }));

async function fingerprint(name: string, values: Float32Array<ArrayBuffer>): Promise<string> {
  const file = join(folder, `${name}.safetensors`);
  const tensor: TensorData = { dtype: "F32", shape: [values.length], data: values };
  await writeSafetensors(file, [["weight", tensor]]);
  return weightsFingerprint(file);
}

describe("weightsFingerprint", () => {
  it("tells weights apart by any of their numbers, and by nothing else", async () => {
    const values = Float32Array.from({ length: 5000 }, (_, i) => i);
    const first = await fingerprint("a", values);
    expect(await fingerprint("b", values.slice())).toBe(first);
    const other = values.slice();
    other[4999] = 0;
    expect(await fingerprint("c", other)).not.toBe(first);
  });
});

function adapter(seed: number, backboneFingerprint: string | null): AdapterConfig {
  return { model: { backbone: { name: "bart" } }, seed, backboneFingerprint } as AdapterConfig;
}

describe("requireSameBackbone", () => {
  it("asks for the same seed where the frozen weights were drawn from it", () => {
    expect(() => requireSameBackbone("here", adapter(1, null), adapter(1, null))).not.toThrow();
    expect(() => requireSameBackbone("here", adapter(1, "x"), adapter(2, "x"))).not.toThrow();
    expect(() => requireSameBackbone("here", adapter(1, null), adapter(2, null))).toThrow(
      "other backbone weights",
    );
    expect(() => requireSameBackbone("here", adapter(1, "x"), adapter(1, "y"))).toThrow(
      "other backbone weights",
    );
    expect(() => requireSameBackbone("here", adapter(1, "x"), adapter(1, null))).toThrow(
      "other backbone weights",
    );
  });
});
