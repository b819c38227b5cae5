import type * as v from "valibot";
import type { PetConfig } from "../../src/pet/index.ts";

type PetSettings = v.InferInput<typeof PetConfig>;

/** Trained and all parameters of a full-size model, tied tensors counted once, buffers not at all. */
export type Counts = readonly [trainable: number, total: number];

/** A method at full size on both backbones: image-text, four tasks. T5 takes its own settings where scripts do. */
export interface CountRow {
  readonly what: string;
  readonly pet: PetSettings;
  readonly bart: Counts;
  readonly t5: Counts;
  readonly t5Pet?: PetSettings;
}

/** VL-PET with the ranks of the T5 scripts. */
function wide(pet: Extract<PetSettings, { name: "vl-pet" }>): PetSettings {
  return { ...pet, rank: 192, gateRank: 192 };
}

function vlPet(granularity: "small" | "middleX" | "middleY" | "large" | "none", bart: Counts, t5: Counts) {
  const pet = { name: "vl-pet", granularity } as const;
  return { what: `VL-PET ${granularity}`, pet, bart, t5, t5Pet: wide(pet) };
}

/**
 * Features of width 2048. Most rows were counted from the original's own modules (spec pet-methods §9.3); the others
 * follow from its formulas.
 */
export const PARAMETER_COUNTS: readonly CountRow[] = [
  vlPet("small", [4_291_020, 143_845_068], [10_518_168, 233_457_816]),
  vlPet("middleX", [4_281_804, 143_835_852], [10_499_736, 233_439_384]),
  vlPet("middleY", [4_281_792, 143_835_840], [10_499_712, 233_439_360]),
  vlPet("large", [6_052_416, 145_606_464], [17_582_208, 240_521_856]),
  vlPet("none", [4_272_576, 143_826_624], [10_481_280, 233_420_928]),
  {
    what: "VL-PET large, full-rank gate",
    pet: { name: "vl-pet", granularity: "large-full-rank" },
    bart: [11_359_680, 150_913_728],
    // 24 modules of rank 192 with gates of 768² + 768, 12 of rank 96, norms, visual embedding
    t5: [24_655_488, 247_595_136],
    t5Pet: wide({ name: "vl-pet", granularity: "large-full-rank" }),
  },
  {
    what: "gating only",
    pet: {
      name: "vl-pet",
      granularity: "none",
      rank: null,
      shiftedGateRank: 96,
      decoderRank: null,
      norms: "none",
    },
    bart: [3_362_688, 142_936_704],
    t5: [5_140_992, 228_099_840], // 24 modules of rank 96
  },
  {
    what: "full fine-tuning",
    pet: { name: "full" },
    bart: [141_156_864, 141_156_864],
    t5: [224_540_160, 224_540_160],
  },
  {
    what: "visual embedding only",
    pet: { name: "visual-only" },
    bart: [1_582_848, 141_156_864],
    t5: [1_581_312, 224_540_160],
  },
  {
    what: "BitFit",
    pet: { name: "bitfit" },
    bart: [1_708_800, 141_156_864],
    t5: [1_582_080, 224_540_160],
  },
  {
    what: "adapter, single",
    pet: { name: "adapter" },
    bart: [6_081_600, 145_606_464],
    t5: [10_480_512, 233_439_360],
  },
  {
    what: "adapter, multiple",
    pet: { name: "adapter", share: "none" },
    bart: [19_430_400, 158_955_264],
    t5: [37_178_112, 260_136_960],
  },
  {
    what: "adapter, down shared",
    pet: { name: "adapter", share: "down" },
    bart: [12_786_240, 152_311_104],
    t5: [23_889_792, 246_848_640],
  },
  {
    what: "adapter, up shared",
    pet: { name: "adapter", share: "up" },
    bart: [12_725_760, 152_250_624],
    t5: [23_768_832, 246_727_680],
  },
  {
    what: "Compacter, single",
    pet: { name: "compacter" },
    bart: [3_870_240, 143_395_104],
    t5: [6_057_792, 229_016_640],
  },
  {
    what: "Compacter, shared rule, factorised",
    pet: { name: "compacter", division: 4, rule: "model", factorRank: 1 },
    bart: [1_709_824, 141_234_688],
    t5: [1_736_896, 224_695_744],
  },
  {
    what: "Compacter, multiple",
    pet: { name: "compacter", share: "none" },
    bart: [10_584_960, 150_109_824],
    t5: [19_487_232, 242_446_080],
  },
  {
    what: "low-rank adapter",
    pet: { name: "low-rank-adapter" },
    bart: [1_709_760, 141_234_624],
    t5: [1_736_832, 224_695_680],
  },
  {
    what: "HyperFormer, unique",
    pet: { name: "hyperformer" },
    bart: [8_579_088, 148_103_952],
    t5: [8_534_544, 231_493_392],
  },
  {
    what: "HyperFormer, efficient",
    pet: { name: "hyperformer", generators: "efficient" },
    bart: [4_708_592, 144_233_456],
    t5: [4_664_048, 227_622_896],
  },
  {
    what: "LoRA, single",
    pet: { name: "lora" },
    bart: [8_786_688, 148_234_752],
    t5: [15_737_856, 238_695_936], // 36 attentions with 4 matrices of 128·768, 768 biases, visual embedding
  },
  {
    what: "LoRA, multiple",
    pet: { name: "lora", share: "none" },
    bart: [30_020_352, 169_468_416],
    t5: [58_205_184, 281_163_264],
  },
  {
    what: "prompt, single",
    pet: { name: "prompt" },
    bart: [2_843_936, 142_417_952],
    t5: [2_842_400, 225_801_248],
  },
  {
    what: "prompt, multiple",
    pet: { name: "prompt", share: "none" },
    bart: [6_627_200, 146_201_216],
    t5: [6_625_664, 229_584_512],
  },
  {
    what: "Compacter with VL-PET's designs",
    pet: { name: "transfer" },
    // Paper, Table 9: 3.28 %. 18 modules of 2·768·96/2 + 96 + 768 + 2·8, 12 gates of rank 96, norms, visual embedding
    bart: [4_725_600, 144_279_648],
    t5: [7_846_080, 230_785_728],
  },
  {
    what: "adapter with VL-PET's designs",
    pet: { name: "transfer", form: "adapter" },
    bart: [6_052_416, 145_606_464],
    t5: [10_499_712, 233_439_360],
  },
  {
    what: "IA3",
    pet: { name: "ia3" },
    bart: [1_605_888, 141_179_904], // 6·(768 + 3072)
    t5: [1_627_392, 224_586_240], // 12·(768 + 3072)
  },
  {
    what: "prefix",
    pet: { name: "prefix" },
    bart: [25_643_616, 165_217_632],
    t5: [47_788_128, 270_746_976],
  },
  {
    what: "prefix, flat",
    pet: { name: "prefix", middle: null },
    bart: [2_412_288, 141_986_304],
    t5: [3_240_192, 226_199_040],
  },
  {
    what: "parallel adapter",
    pet: { name: "parallel-adapter" },
    bart: [11_035_392, 150_609_408],
    t5: [20_486_400, 243_445_248],
  },
  {
    what: "MAM",
    pet: { name: "mam" },
    bart: [35_096_160, 174_670_176],
    t5: [66_693_216, 289_652_064],
  },
  {
    what: "ladder side-tuning",
    pet: { name: "lst" },
    bart: [10_028_172, 149_602_188],
    t5: [17_967_384, 240_926_232], // the paper's 7.46 %
  },
  {
    what: "ladder side-tuning",
    pet: { name: "lst" },
    bart: [10_028_172, 149_602_188],
    t5: [17_967_384, 240_926_232],
  },
  {
    what: "ladder side-tuning, reduction 8",
    pet: { name: "lst", reduction: 8 },
    bart: [4_257_612, 143_831_628],
    t5: [6_678_552, 229_637_400],
  },
];

/** The video-text scripts on BART: features of width 512. */
export const VIDEO_COUNTS: readonly {
  readonly what: string;
  readonly pet: PetSettings;
  readonly bart: Counts;
}[] = [
  { what: "small", pet: { name: "vl-pet", granularity: "small" }, bart: [3_111_372, 142_665_420] },
  { what: "middleX", pet: { name: "vl-pet", granularity: "middleX" }, bart: [3_102_156, 142_656_204] },
  { what: "middleY", pet: { name: "vl-pet", granularity: "middleY" }, bart: [3_102_144, 142_656_192] },
  { what: "large", pet: { name: "vl-pet", granularity: "large" }, bart: [4_872_768, 144_426_816] },
  { what: "adapter", pet: { name: "adapter" }, bart: [4_901_952, 144_426_816] },
  { what: "Compacter", pet: { name: "compacter" }, bart: [2_690_592, 142_215_456] },
  { what: "LoRA", pet: { name: "lora" }, bart: [7_607_040, 147_055_104] },
  { what: "prompt", pet: { name: "prompt" }, bart: [1_664_288, 141_238_304] },
  { what: "BitFit", pet: { name: "bitfit" }, bart: [529_152, 139_977_216] },
  { what: "full", pet: { name: "full" }, bart: [139_977_216, 139_977_216] },
];
