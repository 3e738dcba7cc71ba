/** What the page says of calls. */
import type { Interval } from "../../../src/core/statistics/interval.ts";
import { hundredthsText } from "../../../src/report/number-text.ts";
import { describe } from "../../closed-loop/claims.ts";
import { overSeeds } from "../claims.ts";
import type { SeedOfPart } from "../part.ts";
import { callCountArmNames, callCountArms } from "./arms.ts";
import { alikeText, callsOfChild, callsText, judgedSeeds, lostByCell, lostBySeed } from "./claims.ts";
import type { CallCountResult, CallCountSeed, CallCountSettings } from "./seed-run.ts";

export function callCountSection(
  finished: readonly SeedOfPart<CallCountSeed>[],
  { iterations, together, judge }: CallCountSettings,
): string {
  const all = finished.map(({ result }) => result);
  const first = all.slice(0, judgedSeeds);
  const numbers = finished.map(({ seed }) => seed);
  return `
## Fewer calls a child, at ${iterations} iterations

Ways of asking the judge for four votes, all in one run. Seeds ${numbers.slice(0, judgedSeeds).join(", ")} are the measure's five; with seeds
${numbers.slice(judgedSeeds).join(", ") || "none"} the second table is narrower. Calls a child are those of a child that is judged: mutator, target,
comparisons, and a score if it enters (the paper's 7 has none). Calls an iteration are over all, the discarded ones too. There is no cache: every call
is made.

Votes of one order are draws of one distribution. Where a model tells it (log probabilities of the next token), one call says
all that the votes of that order can say: *drawn* draws the votes that *paper* asks for, from at most two calls instead of four. Here both have
the same random numbers, so that the archives are the same by construction, and the run shows only that the code keeps to that; it holds where a
judge's votes are independent draws of the probabilities that it tells. *drawn-other-numbers* has other random numbers, and shows how much
chance alone does: where decisions differ, five seeds cannot tell two points.

Several pairs in one prompt are no free saving. The judge of accuracy ${judge.accuracy} loses ${hundredthsText(together.pairError, 0)} points of it with each further pair, ${hundredthsText(together.carriesOver, 0)} % of
answers but the first repeat the letter before, ${hundredthsText(together.leavesOut, 0)} % of lines are missing and asked again alone. These numbers were set
before the run and come from no measurement: measure your own judge.

| way | what is different | calls a child | comparisons | scores | calls an iteration |
|---|---|---|---|---|---|
${callCountArmNames
  .map((name) => {
    const over = (value: (result: CallCountResult) => number) =>
      callsText(overSeeds(all.map((seed) => value(seed[name]))));
    const cells = [
      over(callsOfChild),
      over(({ calls }) => calls.comparisons),
      over(({ calls }) => calls.scores),
      over(({ calls }) => calls.iteration),
    ];
    return `| ${[name, callCountArms[name].difference, ...cells].join(" | ")} |`;
  })
  .join("\n")}

True success in %, and each way minus *paper* in points: by seed (interquartile mean over seeds with its 95 % bootstrap interval, of five seeds the mean with Student's) and over
the cells of all seeds together, with Student's interval of whole seeds: the cells of one seed share its landscape and its search. Of five
seeds the two are one, as all landscapes have as many cells.

| way | true success | by seed, ${first.length} seeds | by cell, ${first.length} seeds | by seed, ${all.length} seeds | by cell, ${all.length} seeds | the same archive |
|---|---|---|---|---|---|---|
${callCountArmNames
  .map((name) => {
    const success = shareText(overSeeds(all.map((seed) => seed[name].trueSuccess)));
    if (name === "paper") return `| paper | ${success} | | | | | |`;
    const lost = [first, all].flatMap((seeds) => [
      describe(lostBySeed(seeds, name)),
      describe(lostByCell(seeds, name)),
    ]);
    return `| ${[name, success, ...lost, alikeText(all, name).replace("the same archive in ", "")].join(" | ")} |`;
  })
  .join("\n")}
`;
}

function shareText({ estimate, low, high }: Interval): string {
  return `${hundredthsText(estimate)} (${hundredthsText(low)}–${hundredthsText(high)})`;
}
