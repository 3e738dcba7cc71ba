/** The recipe's result file and page. */
import { join } from "node:path";
import { gsm8kSet } from "../../src/closed-loop/examinations.ts";
import { writeFileAtomic } from "../../src/core/atomic-file.ts";
import { wilsonInterval } from "../../src/core/statistics/wilson-interval.ts";
import { hundredthsText } from "../../src/report/number-text.ts";
import { type ClaimResult, describe } from "../closed-loop/claims.ts";
import { heldOutFamilies, realModelArms } from "./arms.ts";
import { difference } from "./claims.ts";
import type { RealModelArmResult, RealModelResult, RealModelSeed } from "./seed-run.ts";

export interface RealModelResults {
  /** A miniature's numbers settle nothing, and its page says so. */
  readonly quick: boolean;
  readonly model: string;
  readonly settings: unknown;
  readonly seeds: readonly RealModelSeed[];
  readonly claims: readonly ClaimResult[];
}

/** Writes real-model-loop.json and real-model-loop.md. */
export function writeResults(directory: string, results: RealModelResults): void {
  writeFileAtomic(join(directory, "real-model-loop.json"), `${JSON.stringify(results, null, 2)}\n`);
  writeFileAtomic(join(directory, "real-model-loop.md"), page(results));
}

const models = ["warmed", ...realModelArms] as const;
const [search, ...others] = realModelArms;

function page({ quick, model, settings, seeds, claims }: RealModelResults): string {
  const verdict = ({ holds }: ClaimResult) => (quick ? "not judged" : holds ? "holds" : "**failed**");
  const { machine, warmed } = seeds[0] as RealModelSeed;
  const sets = Object.keys(warmed.correct);
  const heldOut = heldOutFamilies.filter((set) => sets.includes(set));
  return `# The closed loop on a real language model
${quick ? "\n**A miniature that shows that everything runs: its numbers mean nothing.**\n" : ""}
${model}, warmed up by LoRA on ordinary problems of one and two steps, then taught by three sources of data at equal numbers of
new training tokens and target evaluations. Made by \`illume reproduce real-model-loop\` (recipes/real-model-loop.ts has the
question, the arms and the claims as they were stated before the run). Seeds ${seeds.map(({ seed }) => seed).join(", ")}.

## Claims

| claim | verdict | seen, in points of accuracy |
|---|---|---|
${claims.map((claim) => `| ${claim.claim} | ${verdict(claim)} | ${claim.seen} |`).join("\n")}

Differences are paired by problem; intervals (95 %, bootstrap) are over the problems of all seeds, given these trainings: how much
another training would differ shows in the values by seed.

## Accuracy

Right answers (every step right; on ${gsm8kSet}, the first rows of GSM8K's test set, the final answer alone), in %, all seeds
together, with Wilson's 95 % interval; in brackets by seed.

| model | ${sets.join(" | ")} |
|---|${sets.map(() => "---|").join("")}
${models.map((name) => `| ${name === "warmed" ? "warmed up" : name} | ${sets.map((set) => accuracy(seeds, set, name)).join(" | ")} |`).join("\n")}

## Search minus each other, in points, paired by problem

| set | ${[...others, "warmed up"].join(" | ")} |
|---|${[...others, "warmed"].map(() => "---|").join("")}
${[heldOut, ...sets.map((set) => [set])]
  .map((group) => {
    const columns = ([...others, "warmed"] as const).map((other) => {
      const { interval, bySeed } = difference(seeds, group, search, other);
      return describe(interval, bySeed);
    });
    return `| ${[group.length > 1 ? "all held-out families" : group[0], ...columns].join(" | ")} |`;
  })
  .join("\n")}

## What was found and taught

Mean over seeds. Where there are fewer failures than the tokens have room for, they are taught several times.

| arm | evaluations | failures | failing cells | new examples | different ones | new tokens | seconds |
|---|---|---|---|---|---|---|---|
${realModelArms.map((arm) => yieldRow(seeds, arm)).join("\n")}

## Settings, machine

- Settings: \`${JSON.stringify(settings)}\`
- ${machine.processor}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.system}, Node ${machine.node}, illume ${machine.illume}, commit ${machine.commit ?? "unknown"}, ${machine.date.slice(0, 10)}
- All numbers by seed and problem: [real-model-loop.json](real-model-loop.json)
`;
}

function accuracy(seeds: readonly RealModelSeed[], set: string, name: (typeof models)[number]): string {
  const of = (seed: RealModelSeed): RealModelResult => (name === "warmed" ? seed.warmed : seed.arms[name]);
  const all = seeds.map((seed) => of(seed).correct[set] ?? "").join("");
  const right = all.replaceAll("0", "").length;
  const { estimate, low, high } = wilsonInterval(right, all.length);
  const bySeed = seeds.map((seed) => hundredthsText(of(seed).accuracies[set] ?? Number.NaN)).join(", ");
  return `${hundredthsText(estimate)} (${hundredthsText(low)}–${hundredthsText(high)}) [${bySeed}]`;
}

function yieldRow(seeds: readonly RealModelSeed[], arm: (typeof realModelArms)[number]): string {
  const mean = (value: (result: RealModelArmResult) => number) =>
    (seeds.reduce((sum, seed) => sum + value(seed.arms[arm]), 0) / seeds.length).toFixed(0);
  const columns = [
    mean(({ evaluations }) => evaluations),
    mean(({ failures }) => failures),
    mean(({ failingCells }) => failingCells),
    mean(({ examples }) => examples),
    mean(({ different }) => different),
    mean(({ tokens }) => tokens),
    mean(({ seconds }) => seconds),
  ];
  return `| ${[arm, ...columns].join(" | ")} |`;
}
