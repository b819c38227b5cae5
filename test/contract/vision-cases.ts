import type { VISION, VisionConfig, VisionOutput } from "../../src/vision/index.ts";

/** Some numbers of an output, as PyTorch gives them (`bench/peer_clip.py` with the mode "figures"). */
export interface VisionFigures {
  readonly output: VisionOutput;
  readonly shape: readonly number[];
  /** Sixteen values at equal distances from the first to the last. */
  readonly picked: readonly number[];
  /** Root mean square of all values. */
  readonly rms: number;
  /** Where it differs from the case's own. */
  readonly imageSize?: number;
  readonly positions?: VisionConfig["positions"];
}

export interface VisionCase {
  readonly config: VisionConfig;
  readonly figures: readonly VisionFigures[];
}

/** A tiny encoder of each family, with the weights and images of `scripts/parity/clip-formula.ts`. */
export const VISION_CASES: Readonly<Record<keyof typeof VISION, VisionCase>> = {
  "clip-resnet": {
    config: {
      name: "clip-resnet",
      width: 4,
      blocks: [1, 2, 1, 1],
      pooledWidth: 6,
      imageSize: 64,
      positions: "learned",
    },
    figures: [
      {
        output: "grid",
        shape: [2, 4, 128],
        picked: [
          0, 0.0167391, 0, 0, 0.5893445, 0.0167164, 0.0200171, 0.0601624, 0, 0, 0.3472815, 0.1315812,
          0.3072878, 0, 0, 0,
        ],
        rms: 0.16785145660057124,
      },
      {
        output: "grid",
        imageSize: 100,
        shape: [2, 9, 128],
        picked: [
          0, 0.0287144, 0.0712294, 0, 0.7274119, 0, 0, 0.2715965, 0, 0, 0, 0.1050416, 0.2533171, 0, 0, 0,
        ],
        rms: 0.16794279198306755,
      },
      {
        output: "pooled",
        shape: [2, 1, 6],
        picked: [
          0.0614294, 0.0614294, -0.1214999, 0.0717611, 0.0717611, -0.0420068, -0.265167, -0.4327325,
          -0.4327325, 0.0615071, -0.1192356, 0.0701564, 0.0701564, -0.0395651, -0.2686826, -0.4340174,
        ],
        rms: 0.2175756712079602,
      },
      {
        output: "pooled",
        positions: "zero",
        shape: [2, 1, 6],
        picked: [
          0.0383008, 0.0383008, -0.0941291, 0.0542933, 0.0542933, -0.0350806, -0.2435448, -0.4548712,
          -0.4548712, 0.0383776, -0.0916537, 0.0525776, 0.0525776, -0.0327347, -0.2470777, -0.4561545,
        ],
        rms: 0.21671045818777887,
      },
    ],
  },
  "clip-vit": {
    config: {
      name: "clip-vit",
      width: 128,
      layers: 2,
      patch: 8,
      ffnWidth: 32,
      pooledWidth: 6,
      imageSize: 24,
      positions: "learned",
    },
    figures: [
      {
        output: "grid",
        shape: [2, 9, 128],
        picked: [
          0.7042825, 0.9564093, -0.018336, -0.4219958, 1.5738672, -0.8320495, 0.8274018, 2.8307896, 0.7980883,
          -0.0522422, 1.3690586, -0.616573, 2.0846355, -0.8477538, 0.1691532, 1.0175303,
        ],
        rms: 1.4684065801007478,
      },
      {
        output: "tokens",
        shape: [2, 10, 128],
        picked: [
          -0.0796567, 1.2312374, -1.0809429, -0.9981713, 1.5177567, -2.2850418, -1.6280426, 0.7986848,
          1.309191, 0.2841263, -1.373258, 0.5064425, 0.3063811, -0.8374805, -1.8218236, 1.0175303,
        ],
        rms: 1.460634244174435,
      },
      {
        output: "pooled",
        shape: [2, 1, 6],
        picked: [
          0.9024596, 0.9024596, 0.5309142, 0.9339243, 0.9339243, 1.0341341, 1.2912569, 0.2569524, 0.2569524,
          1.052561, -0.4285537, 0.7604342, 0.7604342, 1.3828591, 2.4451706, 0.3110873,
        ],
        rms: 1.1041232416142546,
      },
      {
        output: "grid",
        positions: "zero",
        shape: [2, 9, 128],
        picked: [
          0.5766602, 1.0494217, -0.0054961, -0.3176238, 1.6640732, -0.8953758, 0.9649069, 2.6752517,
          0.8101407, -0.0307916, 1.4692773, -0.6492271, 2.0797479, -0.7883621, 0.2040696, 1.0777892,
        ],
        rms: 1.4697103628258001,
      },
    ],
  },
};
