/**
 * A run of question answering with as many archive entries as asked for, all of which stand in its archive in the end:
 * 400 cells, several prompts a cell, with parents, mutations, responses and scores; a quarter as many discarded children,
 * a held-out judge's scores of everything, and five recorded calls of models an entry. Texts are drawn by Zipf's law. A
 * reviewed one has votes of each prompt against an earlier one too, and people corrected each and labelled as many pairs.
 */
import { createHash } from "node:crypto";
import { join } from "node:path";
import { RandomStream } from "../../src/core/random.ts";
import { addStatus } from "../../src/quality-diversity/archives/archive.ts";
import { labelsOf } from "../../src/rainbow-teaming/domain-schema.ts";
import { type EvaluatedPrompt, storePrompt } from "../../src/rainbow-teaming/evaluated-prompt.ts";
import { loadDomain } from "../../src/rainbow-teaming/load-domain.ts";
import type { ReviewEvent } from "../../src/rainbow-teaming/review/review.ts";
import { openReviews, reviewsFile } from "../../src/rainbow-teaming/review/review-store.ts";
import { heldOutKey } from "../../src/rainbow-teaming/run/held-out-scores.ts";
import {
  archiveName,
  parseSearchConfiguration,
  rainbowCommand,
} from "../../src/rainbow-teaming/run/search-configuration.ts";
import { discardedEvent } from "../../src/rainbow-teaming/search-progress.ts";
import { createRun } from "../../src/runs/run-database.ts";
import type { Json, RunStore } from "../../src/runs/run-store.ts";
import { openDatabase } from "../../src/runs/sqlite.ts";
import { type DrawWords, zipfWords } from "./zipf-words.ts";

export interface MadeRunOptions {
  /** Folder of the run; must hold none. */
  readonly directory: string;
  /** Rounded up to a multiple of the domain's cells. */
  readonly entries: number;
  /** With votes and reviews (default false). */
  readonly reviewed?: boolean;
}

/** Writes of so many entries are one transaction. */
const together = 5000;

/** Makes the run and returns how many entries it has. */
export function makeRun({ directory, entries, reviewed = false }: MadeRunOptions): number {
  const domain = loadDomain("question-answering");
  const labels = domain.descriptors.map(labelsOf);
  const cells = labels.reduce((product, bins) => product * bins.length, 1);
  const elitesPerCell = Math.ceil(entries / cells);
  const count = elitesPerCell * cells;
  const lost = Math.floor(count / 4);
  const random = new RandomStream(0, ["large archive"]);
  const configuration = parseSearchConfiguration({
    domain,
    source: "question-answering",
    target: "openai:target",
    mutator: "openai:mutator",
    judge: "openai:judge",
    heldOutJudge: "openai:other",
    iterations: count + lost,
    batchSize: domain.search.batchSize,
    similarity: domain.search.similarity,
    arms: { replacement: reviewed ? "comparison" : "score", elitesPerCell },
    calls: { price: [1, 2] },
  });
  const store = createRun({
    directory,
    configuration: configuration as unknown as Json,
    state: { command: rainbowCommand },
  });
  try {
    const words = zipfWords(random.split("words"));
    const shuffled = random.split("cells").shuffle(Array.from({ length: count }, (_, index) => index % cells));
    const draw = random.split("entries");
    const prompts: EvaluatedPrompt[] = [];
    const scores: Record<string, number> = {};
    for (let from = 0; from < count; from += together) {
      const part = shuffled.slice(from, from + together).map((cell) => {
        const prompt = madePrompt({
          cell,
          labels,
          names: domain.descriptors.map(({ name }) => name),
          prompts,
          words,
          draw,
          reviewed,
        });
        prompts.push(prompt);
        scores[prompt.id] = Math.round(draw.uniform() * 100) / 100;
        return prompt;
      });
      store.transaction(() => {
        store.addEntries(part.map((prompt) => storePrompt(archiveName, prompt)));
        addCalls(store, part);
      });
    }
    store.transaction(() => {
      for (let iteration = count + 1; iteration <= count + lost; iteration++) {
        const calls = { mutator: 3, target: 0, judge: 0, ranking: 0, classifier: 0 };
        store.appendEvent(discardedEvent, {
          archive: archiveName,
          iteration,
          reason: "similar",
          similarity: 0.7,
          calls,
        });
      }
      store.appendEvent("phase", { phase: "search", round: 0, seconds: 3600, evaluations: count, tokens: count * 300 });
      store.setState(heldOutKey, { judge: "openai:other", scores });
    });
    if (reviewed) addReviews(directory, prompts, { words, random: random.split("reviews") });
  } finally {
    store.close();
  }
  return count;
}

interface PromptToMake {
  readonly cell: number;
  readonly labels: readonly (readonly string[])[];
  readonly names: readonly string[];
  readonly prompts: readonly EvaluatedPrompt[];
  readonly words: DrawWords;
  readonly draw: RandomStream;
  readonly reviewed: boolean;
}

/** A child of any earlier prompt; one in fifty of a seed. */
function madePrompt({ cell, labels, names, prompts, words, draw, reviewed }: PromptToMake): EvaluatedPrompt {
  const iteration = prompts.length + 1;
  const parent = prompts.length === 0 || draw.uniform() < 0.02 ? undefined : prompts[draw.integer(0, prompts.length)];
  const bins: number[] = [];
  for (let rest = cell, dimension = labels.length - 1; dimension >= 0; dimension--) {
    const size = (labels[dimension] as readonly string[]).length;
    bins[dimension] = rest % size;
    rest = Math.floor(rest / size);
  }
  const incumbent = reviewed ? prompts.at(-1 - draw.integer(0, 400)) : undefined;
  const text = `${labels.at(-1)?.[bins.at(-1) as number]} ${words(draw, 5, 15)}?`;
  return {
    id: `${archiveName}/${iteration}`,
    parentId: parent?.id,
    parentText: parent?.text ?? "Who discovered helium?",
    text,
    bins,
    steps: names.map((descriptor, dimension) => ({
      descriptor,
      label: labels[dimension]?.[bins[dimension] as number] as string,
      text: dimension === names.length - 1 ? text : `${words(draw, 6, 15)}?`,
    })),
    similarity: draw.uniform() * 0.6,
    iteration,
    response: words(draw, 30, 90),
    cell,
    fitness: Math.round(draw.uniform() * 100) / 100,
    status: prompts.length < 400 ? addStatus.discovered : addStatus.improved,
    votes: incumbent && { first: draw.integer(2, 4), second: draw.integer(0, 2), tie: 0, unparsable: 0 },
    incumbentId: incumbent?.id,
    calls: { mutator: 3, target: 1, judge: 1, ranking: 0, classifier: 0 },
  };
}

/** What the run's models were asked: three mutations, a response and a score for each prompt. */
function addCalls({ modelCalls }: RunStore, prompts: readonly EvaluatedPrompt[]): void {
  const cost = { calls: 1, inputTokens: 300, outputTokens: 40, nanodollars: 380_000 };
  const key = (name: string) => createHash("sha256").update(name).digest("hex");
  const calls = prompts.flatMap(({ id, steps, response, fitness }) => [
    ...steps.map(({ text }, step) => ({ role: "mutator", key: key(`${id} mutation ${step}`), answer: text })),
    { role: "target", key: key(`${id} response`), answer: response },
    { role: "judge", key: key(`${id} score`), answer: String(fitness) },
  ]);
  modelCalls.commit({
    started: calls.map(({ key, role }) => ({
      key,
      kind: "generate",
      model: `openai:${role}`,
      revision: `${role}: `,
      reserved: cost,
    })),
    ended: calls.map(({ key, answer }) => ({
      key,
      reserved: cost,
      cost,
      result: JSON.stringify({ text: answer, finishReason: "stop", usage: { inputTokens: 300, outputTokens: 40 } }),
    })),
    reused: [],
  });
}

/** Written together: each by itself would wait for the disk. */
function addReviews(
  directory: string,
  prompts: readonly EvaluatedPrompt[],
  { words, random }: { readonly words: DrawWords; readonly random: RandomStream },
): void {
  openReviews(directory).close();
  const database = openDatabase(join(directory, reviewsFile));
  try {
    const add = database.prepare("INSERT INTO reviews (time, reviewer, event) VALUES (?, ?, ?)");
    database.exec("BEGIN");
    for (const [index, { id }] of prompts.entries()) {
      const events: ReviewEvent[] = [
        { kind: "item", id, decision: "corrected", success: index % 2 === 0, response: words(random, 30, 90) },
        { kind: "pair", first: id, second: (prompts[index - 1] ?? prompts.at(-1))?.id ?? id, label: "first" },
      ];
      for (const event of events) add.run(Date.now(), "A person", JSON.stringify(event));
    }
    database.exec("COMMIT");
  } finally {
    database.close();
  }
}
