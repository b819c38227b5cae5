import { describe, expect, it } from "vitest";
import type { AdapterConfig } from "../train/adapter-folder.ts";
import { withAdapter } from "./adapter-settings.ts";
import { backboneConfig } from "./backbone-config.ts";
import { resolveConfig } from "./resolve-config.ts";

async function stored(): Promise<AdapterConfig> {
  const { backbone, pet } = await resolveConfig({
    set: ["backbone.width=64", "backbone.dropRate=0", "pet.rank=5"],
  });
  return {
    format: "vl-pet-adapter/1",
    model: { backbone: await backboneConfig(backbone, 1000), pet },
    regions: null,
    seed: 11,
    backboneFingerprint: null,
    prompts: { caption: "" },
  };
}

describe("withAdapter", () => {
  it("takes the model from the adapter", async () => {
    const config = withAdapter(await resolveConfig({ set: ["training.epochs=2"] }), await stored(), "here");
    expect(config).toMatchObject({
      backbone: { width: 64, vocabulary: 1000, dropRate: 0 },
      pet: { rank: 5 },
      visual: { regions: null },
      prompts: false,
      training: { seed: 11, epochs: 2 },
    });
  });

  it("leaves the sizes of a backbone folder to the folder", async () => {
    const base = await resolveConfig({ set: ["backbone.folder=/bart"] });
    const { backbone } = withAdapter(base, await stored(), "here");
    expect(backbone).toEqual({
      name: "bart",
      folder: "/bart",
      featureWidth: 2048,
      dropRate: 0,
      imageSlots: 2,
      projector: null,
    });
  });

  it("refuses an adapter that describes no model", async () => {
    const broken = { ...(await stored()), model: { backbone: { name: "bart", width: "wide" } } };
    const config = await resolveConfig({});
    expect(() => withAdapter(config, broken as unknown as AdapterConfig, "a/adapter_config.json")).toThrow(
      /^a\/adapter_config\.json: .*\n {2}expected: model\.backbone\.width: number/,
    );
  });
});
