/** What the items of an archive are called: problems with a right answer, or prompts whose responses a judge scores. */
import type { ArchiveItemView, ArchiveView } from "../../../src/report/view-model.ts";
import { count, fixed } from "../text/format.ts";

/** What is said of a response: that it is not known where it was not scored. */
export type ItemOutcome = Pick<ArchiveItemView, "correct" | "scored">;

export interface ItemWords {
  readonly noun: "problem" | "prompt";
  readonly nouns: string;
  readonly title: "Problem" | "Prompt";
  /** Of what the model said, with whether the search wanted it: "Model's answer, wrong". */
  readonly answer: (item: ItemOutcome) => string;
  /** In short, for lists. */
  readonly outcome: (item: ItemOutcome) => string;
  /** How many items the model fails, after their number: "3 wrong". */
  readonly failures: string;
  /** What child and parent were compared by. */
  readonly similarity: string;
  /** The number of such items as something that a cell shows. */
  readonly failing: string;
}

const words: Readonly<Record<"problem" | "prompt", Omit<ItemWords, "similarity">>> = {
  problem: {
    noun: "problem",
    nouns: "problems",
    title: "Problem",
    answer: ({ correct }) => `Model's answer, ${correct ? "right" : "wrong"}`,
    outcome: ({ correct }) => (correct ? "solved" : "failed"),
    failures: "wrong",
    failing: "problems the model fails",
  },
  prompt: {
    noun: "prompt",
    nouns: "prompts",
    title: "Prompt",
    answer: ({ correct, scored }) =>
      `Response, ${scored === false ? "not known whether handled well" : handled(correct)}`,
    outcome: ({ correct, scored }) => (scored === false ? "not known" : handled(correct)),
    failures: "handled badly",
    failing: "prompts handled badly",
  },
};

/** Of a response, from the target's side; exports call the first a success, which is the search's. */
function handled(correct: boolean): string {
  return correct ? "handled well" : "handled badly";
}

export function itemWords({ kind, similarityBy = "BLEU" }: Pick<ArchiveView, "kind" | "similarityBy">): ItemWords {
  return { ...words[kind === "prompts" ? "prompt" : "problem"], similarity: similarityBy };
}

/** Its fitness in words; nothing where it was not scored, of which the number is none. */
export function itemFitness({ fitness, scored }: Pick<ArchiveItemView, "fitness" | "scored">): string {
  return scored === false ? "not known" : fixed(fitness, 2);
}

/** "1 prompt", "2,000 prompts". */
export function countItems(number: number, { noun, nouns }: ItemWords): string {
  return `${count(number)} ${number === 1 ? noun : nouns}`;
}
