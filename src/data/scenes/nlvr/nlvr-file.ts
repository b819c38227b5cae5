import type { RandomStream } from "../../../random.ts";
import type { Scene } from "../grammar.ts";
import { randomScene } from "../random-scene.ts";
import { sceneImageId, sceneStem } from "../scene-ids.ts";
import { sceneStream, type SplitPlan } from "../split-plan.ts";
import { STATEMENT_KINDS } from "./statements.ts";
import type { ScenePair, Statement } from "./statements.ts";

/**
 * LXMERT's list of statements about two pictures. The official JSON lines name the pictures after the identifier, one
 * pair of files for each; here pairs are drawn from the scenes of the split, so only this form, which names them, is
 * written.
 */
export type NlvrList = readonly {
  readonly uid: string;
  /** `<split>-<set>-<pair>-<sentence>`, as in NLVR2: the same sentence is said of each pair of a set. */
  readonly identifier: string;
  readonly img0: string;
  readonly img1: string;
  readonly sent: string;
  readonly label: 0 | 1;
}[];

/** Pairs that share a sentence: it is true of half of them. */
export const PAIRS_PER_SET = 4;
/** Scenes that a set's pairs are looked for among. */
const POOL = 16;
/** Statements tried before a set is given up. */
const ATTEMPTS = 60;

interface DrawnPair {
  /** Indices of the scenes in their split. */
  readonly images: readonly [number, number];
  readonly scenes: ScenePair;
}

/** A sentence with pairs that it is true of and as many that it is false of, shuffled. */
export interface StatementSet {
  readonly sentence: string;
  readonly pairs: readonly (DrawnPair & { readonly label: 0 | 1 })[];
}

/** The statements of a split: one set for every two scenes, kinds in turn; a set of a tiny split may find no pairs. */
export function nlvrList(plan: SplitPlan): NlvrList {
  const kinds = Object.keys(STATEMENT_KINDS);
  const stems = (image: number): string => sceneStem(plan.split, sceneImageId(plan.split, image));
  const list: NlvrList[number][] = [];
  for (let set = 0; set < Math.floor(plan.scenes / 2); set++) {
    const kind = kinds[set % kinds.length] ?? "";
    const found = statementSet(plan, kind, sceneStream(plan, "statements", set));
    for (const [i, { images, label }] of (found?.pairs ?? []).entries()) {
      list.push({
        uid: `nlvr2_${plan.split}_${list.length}`,
        identifier: `${plan.split}-${set}-${i}-0`,
        img0: stems(images[0]),
        img1: stems(images[1]),
        sent: found?.sentence ?? "",
        label,
      });
    }
  }
  return list;
}

/** Looks for a statement of a kind that is true of some pairs and false of others, close to each other. */
export function statementSet(plan: SplitPlan, kind: string, stream: RandomStream): StatementSet | null {
  const pool = pairsOf(plan, stream);
  for (let attempt = 0; attempt < ATTEMPTS && pool.length > 0; attempt++) {
    const statement = STATEMENT_KINDS[kind]?.(stream.pick(pool).scenes, stream);
    const pairs = statement && dividedPairs(statement, pool);
    if (pairs) return { sentence: statement.sentence, pairs: stream.shuffle(pairs) };
  }
  return null;
}

/** Neighbouring scenes of a random pool, in both orders, so that a pair turned round may be the counterexample. */
function pairsOf(plan: SplitPlan, stream: RandomStream): readonly DrawnPair[] {
  if (plan.scenes < 2) return [];
  const images = Array.from({ length: POOL }, () => stream.integer(plan.scenes));
  return images.slice(1).flatMap((second, i) => {
    const first = images[i] ?? second;
    if (first === second) return [];
    const [a, b] = [first, second].map((image) => randomScene(plan.seed, plan.split, image)) as [
      Scene,
      Scene,
    ];
    return [
      { images: [first, second], scenes: [a, b] },
      { images: [second, first], scenes: [b, a] },
    ] as const;
  });
}

function dividedPairs(statement: Statement, pool: readonly DrawnPair[]): StatementSet["pairs"] | null {
  const half = PAIRS_PER_SET / 2;
  const labelled = pool.map((pair) => ({ ...pair, label: statement.holds(pair.scenes) ? 1 : 0 }) as const);
  const chosen = ([1, 0] as const).flatMap((label) =>
    labelled.filter((pair) => pair.label === label).slice(0, half),
  );
  return chosen.length === PAIRS_PER_SET ? chosen : null;
}
