import type { CaseDescription } from "./case.ts";

type Words = CaseDescription["method"];

/** Which of a method's weights tasks share. */
function share(words: Words): unknown {
  return { single: "tasks", multiple: "none" }[String(words["variant"])] ?? words["shared"];
}

function norms({ trainLayerNorms }: Words): string {
  return String(trainLayerNorms).startsWith("all") ? "layer" : "none";
}

function adapterOf(name: string, words: Words): object {
  return { name, rank: words["rank"], share: share(words), norms: norms(words) };
}

/** Settings of adapters, LoRA and prompts, by what the cases call them. */
export const ADAPTER_WORDS: Readonly<Record<string, (words: Words) => unknown>> = {
  adapter: (words) => adapterOf("adapter", words),
  compacter: (words) => ({
    ...adapterOf("compacter", words),
    division: words["division"],
    rule: words["sharedRule"] === true ? "model" : "own",
    factorRank: words["factorized"] === true ? words["phmRank"] : null,
  }),
  "low-rank adapter": (words) => ({
    ...adapterOf("low-rank-adapter", words),
    factorRank: words["lowRank"],
  }),
  hyperformer: (words) => ({
    name: "hyperformer",
    rank: words["rank"],
    generators: words["variant"],
    projectedWidth: words["projectedDim"],
    embeddingWidth: words["taskEmbeddingDim"],
    hiddenWidth: words["hiddenDim"],
    norms: norms(words),
  }),
  lora: (words) => ({
    name: "lora",
    rank: words["rank"],
    alpha: words["alpha"],
    share: share(words),
    dropRate: 0,
  }),
  prompt: (words) => {
    const [wanted, other] = words["side"] === "decoder" ? ["decoder", "encoder"] : ["encoder", "decoder"];
    return {
      name: "prompt",
      [`${wanted}Length`]: words["length"],
      [`${other}Length`]: 0,
      hiddenWidth: words["midDim"],
      share: share(words),
    };
  },
  transfer(words) {
    const encoder = String(words["encoder"]);
    return {
      name: "transfer",
      form: encoder.split(" ")[0],
      granularity: words["granularity"],
      rank: Number(/rank (\d+)/.exec(encoder)?.[1]),
      gateRank: words["gateRank"] ?? 1,
      decoderRank: words["decoderRank"],
      division: Number(/division (\d+)/.exec(encoder)?.[1] ?? 2),
    };
  },
};
