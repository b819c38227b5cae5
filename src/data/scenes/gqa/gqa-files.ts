/** The questions of a split in GQA's official form and in the form of LXMERT's lists. */

import { sceneStream, type SplitPlan } from "../split-plan.ts";
import { BalancedQuestions } from "../questions.ts";
import { randomScene } from "../random-scene.ts";
import { sceneImageId, sceneQuestionId, sceneStem } from "../scene-ids.ts";
import { COMPOSITIONAL_KINDS } from "./compositional-kinds.ts";
import type { GqaTypes } from "./compositional-kinds.ts";

/** GQA's `<split>_balanced_questions.json`, the fields that are written, by question id. */
export type GqaQuestions = Readonly<
  Record<
    string,
    {
      readonly question: string;
      readonly answer: string;
      readonly imageId: string;
      readonly isBalanced: true;
      readonly types: GqaTypes & { readonly detailed: string };
    }
  >
>;

/** LXMERT's list of the same questions. */
export type GqaList = readonly {
  readonly question_id: string;
  readonly img_id: string;
  readonly sent: string;
  readonly label: Readonly<Record<string, number>>;
}[];

/** The compositional questions of a split, as the two files. */
export function gqaFiles(plan: SplitPlan): { readonly questions: GqaQuestions; readonly list: GqaList } {
  const balanced = new BalancedQuestions(COMPOSITIONAL_KINDS);
  const questions: Record<string, GqaQuestions[string]> = {};
  for (let index = 0; index < plan.scenes; index++) {
    const scene = randomScene(plan.seed, plan.split, index);
    const stream = sceneStream(plan, "compositional", index);
    const imageId = sceneImageId(plan.split, index);
    for (const [i, asked] of balanced.ask(scene, plan.questionsPerScene, stream).entries()) {
      questions[String(sceneQuestionId(imageId, i))] = {
        question: asked.question,
        answer: asked.answer,
        imageId: sceneStem(plan.split, imageId),
        isBalanced: true,
        types: { ...asked.kind.types, detailed: asked.name },
      };
    }
  }
  const list = Object.entries(questions).map(([question_id, { imageId, question, answer }]) => ({
    question_id,
    img_id: imageId,
    sent: question,
    label: { [answer]: 1 },
  }));
  return { questions, list };
}
