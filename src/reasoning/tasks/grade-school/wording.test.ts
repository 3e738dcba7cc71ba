import { describe, expect, test } from "vitest";
import { RandomStream } from "../../../core/random.ts";
import { chapters } from "./chapters.ts";
import { distractorKinds, distractorTemplates } from "./distractors.ts";
import { gradeSchoolTokenizer } from "./grade-school-tokenizer.ts";
import { rareNames, rareObjects } from "./lexicon.ts";
import { operationKinds } from "./operations.ts";
import { wordingVariants } from "./problem.ts";
import { maximumTokens } from "./problem-draw.ts";
import { renderPrompt } from "./render-problem.ts";
import { renderSolution } from "./render-solution.ts";
import { drawChapterProblem } from "./samplers.ts";
import { surfaceNames, surfaces } from "./surfaces.ts";
import { fill, type Template } from "./template.ts";
import { endToken, vocabulary } from "./vocabulary.ts";

const random = new RandomStream(1);

/** The tokens that each chapter of the pretraining corpus has. */
const tokensByChapter = new Map(
  chapters.map((chapter) => {
    const tokens = new Set<number>();
    for (let count = 0; count < 1500; count++) {
      const problem = drawChapterProblem(chapter, "training", random);
      for (const token of gradeSchoolTokenizer.encode(renderPrompt(problem) + renderSolution(problem))) {
        tokens.add(token);
      }
    }
    return [chapter.name, tokens] as const;
  }),
);

function chaptersWith(word: string): string[] {
  const token = vocabulary.indexOf(word);
  return chapters.map(({ name }) => name).filter((name) => tokensByChapter.get(name)?.has(token));
}

describe("words", () => {
  test("every word occurs in the pretraining corpus, so none has an untrained embedding", () => {
    const missing = vocabulary.slice(endToken + 1).filter((word) => chaptersWith(word).length === 0);
    expect(missing).toEqual([]);
  });

  test("rare wording occurs in one chapter", () => {
    for (const word of [...rareNames, ...rareObjects, "supply", "starts", "grows", "shrinks", "earns", "spends"]) {
      expect([word, chaptersWith(word)]).toEqual([word, ["change"]]);
    }
  });

  test("distractors occur in one other chapter", () => {
    for (const word of ["also", "sees", "years", "old", "bus", "comes", "leaves"]) {
      expect([word, chaptersWith(word)]).toEqual([word, ["groups"]]);
    }
  });
});

describe("lengths", () => {
  const words = { focus: "Mia", other: "Ben", number: 99, amount: 99, objects: "apples", containers: "boxes" };

  function longest(templates: Iterable<Template>): number {
    let greatest = 0;
    for (const template of templates) {
      greatest = Math.max(greatest, gradeSchoolTokenizer.encode(fill(template, words)).length);
    }
    return greatest;
  }

  test("five steps never need more than the most tokens, whatever the words and numbers", () => {
    const distractor = longest(distractorKinds.flatMap((kind) => distractorTemplates[kind]));
    const equation = gradeSchoolTokenizer.encode("500 + 499 = 999\n").length;
    for (const name of surfaceNames) {
      const { start, steps, question } = surfaces[name];
      const sentence = longest(operationKinds.flatMap((kind) => steps[kind]));
      const prompt = Math.max(longest(start), sentence) + 5 * sentence + longest(question) + 2 * distractor + 1;
      const solution = 5 * equation + gradeSchoolTokenizer.encode("#### 999").length;
      expect(prompt + solution + 2).toBeLessThanOrEqual(maximumTokens);
    }
  });

  test("every wording can be drawn, alike often", () => {
    for (const name of surfaceNames) {
      const { start, steps, question } = surfaces[name];
      for (const wordings of [start, question, ...Object.values(steps)]) {
        expect(wordingVariants % wordings.length).toBe(0);
      }
    }
  });
});
