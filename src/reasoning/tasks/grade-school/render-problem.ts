/** A problem as English text. */

import { distractorTemplates } from "./distractors.ts";
import { introducesPerson } from "./operations.ts";
import type { Distractor, GradeSchoolProblem, Step } from "./problem.ts";
import { surfaces } from "./surfaces.ts";
import { fill, type SentenceWords, type Template } from "./template.ts";

function wording(templates: readonly Template[], variant: number): Template {
  return templates[variant % templates.length] as Template;
}

function distractorSentence(distractor: Distractor, focus: string): string {
  return fill(wording(distractorTemplates[distractor.kind], distractor.variant), {
    focus,
    other: "",
    number: distractor.number,
    amount: 0,
    objects: distractor.object,
    containers: "",
  });
}

/** The story and its question, sentences parted by spaces, without a line break. */
export function renderProblem(problem: GradeSchoolProblem): string {
  const { steps, people, distractors } = problem;
  const surface = surfaces[problem.surface];
  let person = 0;
  const words = (number: number): SentenceWords => ({
    focus: people[person] as string,
    other: person > 0 ? (people[person - 1] as string) : "",
    number,
    amount: problem.start,
    objects: problem.object,
    containers: problem.container,
  });

  const first = steps[0] as Step;
  const boxes = first.kind === "boxes";
  let text = fill(wording(boxes ? surface.steps.boxes : surface.start, problem.variant), words(first.number));
  let sentence = 0;
  for (let index = boxes ? 1 : 0; ; index++) {
    for (const distractor of distractors) {
      if (distractor.after === sentence) text += ` ${distractorSentence(distractor, people[person] as string)}`;
    }
    if (index === steps.length) break;
    const step = steps[index] as Step;
    if (introducesPerson(step.kind)) person++;
    text += ` ${fill(wording(surface.steps[step.kind], step.variant), words(step.number))}`;
    sentence++;
  }
  return `${text} ${fill(wording(surface.question, problem.variant), words(0))}`;
}

/** What is put to a model: the text and a line break, which parts it from the solution. */
export function renderPrompt(problem: GradeSchoolProblem): string {
  return `${renderProblem(problem)}\n`;
}
