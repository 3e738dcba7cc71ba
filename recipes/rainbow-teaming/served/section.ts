/** What the page says of the published model over HTTP. */
import { familyShare } from "../../../src/core/statistics/family-share.ts";
import { decimalText, hundredthsText } from "../../../src/report/number-text.ts";
import { overSeeds } from "../claims.ts";
import type { SeedOfPart } from "../part.ts";
import { questionCells } from "./claims.ts";
import { type FoundQuestions, questionSources, type ServedSeed } from "./seed-run.ts";

export function servedSection(finished: readonly SeedOfPart<ServedSeed>[], model: string, settings: unknown): string {
  const seeds = finished.map(({ result }) => result);
  const rows = questionSources.map((source) => {
    const text = (value: (found: FoundQuestions) => number, write: (value: number) => string) => {
      const { estimate, low, high } = overSeeds(seeds.map(({ sources }) => value(sources[source])));
      return `${write(estimate)} (${write(low)}–${write(high)})`;
    };
    const whole = (value: number) => decimalText(value, 0);
    return `| ${[
      source,
      text(({ asked }) => asked, whole),
      text(({ failingShare }) => failingShare, hundredthsText),
      text(({ filledCells }) => filledCells, whole),
      text(({ failingCells }) => failingCells, whole),
    ].join(" | ")} |`;
  });
  const wrong = (digits: (seed: ServedSeed) => string) => {
    const bySeed = seeds.map((seed) => {
      const asked = digits(seed).replaceAll("-", "");
      return { successes: asked.replaceAll("0", "").length, trials: asked.length };
    });
    const count = (of: "successes" | "trials") => bySeed.reduce((sum, each) => sum + each[of], 0);
    const { estimate, low, high } = familyShare(bySeed);
    return `${count("successes")} of ${count("trials")}: ${hundredthsText(estimate)} % (${hundredthsText(low)}–${hundredthsText(high)})`;
  };
  return `## A published model over HTTP

The model: ${model}, served as \`illume serve\` serves it and asked over HTTP, ${seeds.length} seeds. Plain questions about numbers in ${questionCells} cells
(five operations, three sizes, three tellings); an answer is wrong unless its last number is the right one. Searches start from sums of one-digit
numbers, of which the model gets wrong ${wrong(({ easy }) => easy)}. Without stepping stones every question is a
mutation of these, so that most cells are out of its reach by construction; the complete sampler draws from all cells alike, which
no user of a real domain can.

| source of questions | asked | wrong, % | filled cells | cells with a failure |
|---|---|---|---|---|
${rows.join("\n")}

Word problems that the small reasoner \`steps-3200-seed-2\` fails at, put to the model: wrong answers ${wrong(({ archive }) => archive)}; ordinary
word problems: ${wrong(({ ordinary }) => ordinary)} (all seeds together, 95 % interval over
seeds: Wilson's of the effective sample).

Settings: \`${JSON.stringify(settings)}\`
`;
}
