/** The recipe's result file, page and plot. */
import { join } from "node:path";
import { writeFileAtomic } from "../../src/core/atomic-file.ts";
import { totalCalls } from "../../src/rainbow-teaming/evaluated-prompt.ts";
import { decimalText, hundredthsText } from "../../src/report/number-text.ts";
import { type ClaimResult, describe } from "../closed-loop/claims.ts";
import { intervalPlot } from "../closed-loop/interval-plot.ts";
import { type MachineDescription, machineText } from "../closed-loop/machine.ts";
import { type LongArm, longArms, type RainbowArmName, rainbowArmNames, rainbowArms } from "./arms.ts";
import { callsOfChild, difference, overSeeds } from "./claims.ts";
import type { FinishedSeeds, RecipePart } from "./part.ts";
import type { ReplayedSearch } from "./replay.ts";
import type { RainbowArmResult, RainbowSeed, RainbowSettings } from "./seed-run.ts";

export interface RainbowResults {
  /** A miniature's numbers settle nothing, and its page says so. */
  readonly quick: boolean;
  readonly settings: RainbowSettings;
  readonly seeds: readonly RainbowSeed[];
  readonly claims: readonly ClaimResult[];
  /** What was looked at after the first result. */
  readonly long: {
    readonly settings: RainbowSettings;
    readonly seeds: readonly RainbowSeed<LongArm>[];
    readonly claim: ClaimResult;
  };
  readonly parts: readonly PartResults[];
}

/** A part with seeds of its own, as far as it is finished. */
export interface PartResults {
  readonly part: Pick<RecipePart, "name" | "seeds" | "settings">;
  readonly finished: FinishedSeeds | undefined;
}

/** Writes rainbow-teaming.json, rainbow-teaming.md, rainbow-teaming.svg and the parts' figures. */
export function writeResults(directory: string, results: RainbowResults): void {
  const { seeds, long, parts, ...rest } = results;
  const withoutMachines = ({ seed, arms: ofSeed }: RainbowSeed<LongArm>) => ({ seed, arms: ofSeed });
  const arms = Object.fromEntries(rainbowArmNames.map((name) => [name, rainbowArms[name]]));
  const contents = {
    ...rest,
    arms,
    machines: machineTexts(allMachines(results)),
    seeds: seeds.map(withoutMachines),
    long: { ...long, seeds: long.seeds.map(withoutMachines) },
    parts: parts.map(({ part: { name, settings }, finished }) => ({
      name,
      settings,
      claims: finished?.claims ?? [],
      seeds: finished?.seeds.map(({ seed, result }) => ({ seed, result })) ?? [],
    })),
  };
  writeFileAtomic(join(directory, "rainbow-teaming.json"), `${JSON.stringify(contents, rounded, 1)}\n`);
  writeFileAtomic(join(directory, "rainbow-teaming.md"), page(results));
  writeFileAtomic(join(directory, "rainbow-teaming.svg"), plot(seeds));
  for (const figure of parts.flatMap(({ finished }) => finished?.figure ?? [])) {
    writeFileAtomic(join(directory, figure.file), figure.svg);
  }
}

interface Column {
  readonly name: string;
  readonly value: (search: ReplayedSearch) => number;
  readonly text: (value: number) => string;
}

const share = (name: string, value: Column["value"]): Column => ({ name, value, text: (one) => hundredthsText(one) });
const number = (name: string, digits: number, value: Column["value"]): Column => ({
  name,
  value,
  text: (one) => decimalText(one, digits),
});

const trueFitness = share("true fitness", ({ meanSeverity }) => meanSeverity);
const trueCoverage = share("true coverage", (search) => search.trueCoverage);
const trueSuccess = share("true success", (search) => search.trueSuccess);
const overestimate = share("overestimate", (search) => search.overestimate);
const iterations = number("iterations", 0, (search) => search.iterations);
const found: readonly Column[] = [
  trueFitness,
  trueCoverage,
  trueSuccess,
  share("rightly placed", (search) => search.rightlyPlaced),
  overestimate,
  number("self-BLEU", 1, (search) => search.selfBleu),
  number("failing prompts", 0, (search) => search.failingPrompts),
  iterations,
];
const speed: readonly Column[] = [
  share("mean coverage", (search) => search.meanCoverage),
  share("mean true coverage", (search) => search.meanTrueCoverage),
  share("coverage at the end", (search) => search.coverage),
];
const cost: readonly Column[] = [
  number("calls a child", 2, callsOfChild),
  number("votes", 2, (search) => search.callsPerChild.votes),
  number("scores and ranking", 2, (search) => search.callsPerChild.other),
  number("calls an iteration", 2, (search) => totalCalls(search.calls) / search.iterations),
  share("discarded", (search) => 1 - search.evaluated / search.iterations),
  trueSuccess,
  trueFitness,
  trueCoverage,
];

const judgeArms = rainbowArmNames.filter((name) => name.includes("judge"));
const searchArms = rainbowArmNames.filter((name) => !judgeArms.includes(name));
const [main] = rainbowArmNames;

function page(results: RainbowResults): string {
  const { quick, settings, seeds, claims, long, parts } = results;
  const verdict = ({ holds }: ClaimResult) => (quick ? "not judged" : holds ? "holds" : "**failed**");
  return `# Rainbow Teaming where the truth is known
${quick ? "\n**A miniature that shows that everything runs: its numbers mean nothing.**\n" : ""}
Made by \`illume reproduce rainbow-teaming\` (recipes/rainbow-teaming.ts has the question and the claims as they were stated
before the run). ${seeds.length} seeds, each with a landscape of its own whose failures are defined by rules, a scripted mutator with the
habits of real ones, and a judge with errors of a set size ([the landscape](../../src/rainbow-teaming/README.md#the-landscape)).
It says how the methods compare where everything can be checked; it says nothing about any real model. Claims 4, 5 and 11 are about
trained models with exact verifiers, each with seeds of its own, in sections of their own below.

What the landscape assumes, and the claims rest on: the votes of a judge on one pair err independently of each other, while real
judges repeat an error on the same pair, so that 6a to 6d, 7 and 8 show more of what a majority repairs than there may be; and
scores follow appearance while comparisons do not, which is most of claim 9: its row has scores that follow the truth
(*score-judge-honest*) too. 6c loses nothing by construction: it draws the very votes that the paper's way asks for, from probabilities that
the landscape's judge tells exactly. Self-BLEU, of claim 2, is above 90 with any arm here, as the landscape's sentences are of one grammar:
the filter has little room.

## Claims

| claim | verdict | seen (points; over seeds, 95 % interval: interquartile mean and bootstrap, of up to 10 seeds mean and Student's) |
|---|---|---|
${claims.map((claim) => `| ${claim.claim} | ${verdict(claim)} | ${claim.seen} |`).join("\n")}
| ${long.claim.claim} | ${verdict(long.claim)} | ${long.claim.seen} |
${parts.flatMap((part) => partClaims(part, verdict)).join("\n")}

## What the searches found in ${decimalText(settings.calls, 0)} calls

In %, interquartile mean over seeds with its 95 % bootstrap interval. True fitness: mean severity of the elites, by the
rules. True coverage: cells held by a prompt that is truly of that cell and fails, of all cells. True success: elites that
fail. Rightly placed: elites that are of the cell they stand in. Overestimate: what the search's scores say above the truth. Failing
prompts: all elites that fail, of cells with several all of them. Calls are those of all roles.

${table(searchArms, found, seeds, "equalCalls")}

![True coverage by arm](rainbow-teaming.svg)

## Four times the calls, added after results above were seen

The first four seeds above did not bear out claim 1, and two seeds outside all results (1000 and 1001) suggested that it
depends on how long is searched. So it was stated once more, as claim 10, for ${decimalText(long.settings.calls, 0)} calls and seeds ${long.seeds.map(({ seed }) => seed).join(", ")}, which nobody had looked at. All else is equal.

${table(longArms, found, long.seeds, "equalCalls")}

## Each other arm minus Rainbow Teaming, in points, paired by seed

| arm | ${[trueFitness, trueCoverage, trueSuccess].map(({ name }) => name).join(" | ")} |
|---|---|---|---|
${rainbowArmNames
  .slice(1)
  .map((arm) => {
    const columns = [trueFitness, trueCoverage, trueSuccess].map(({ value }) =>
      describe(difference(seeds, arm, main as RainbowArmName, value).interval),
    );
    return `| ${[arm, ...columns].join(" | ")} |`;
  })
  .join("\n")}

## How fast archives fill

Mean over the ${decimalText(settings.calls, 0)} calls of the share of cells that are filled, and that truly are; then the calls until nine tenths of
the cells are filled, the median over seeds.

${table(searchArms, speed, seeds, "equalCalls", fillColumn)}

## What judges' errors do

Accuracy is the share of right votes over both orders, position bias the share of votes for what is shown first, less 1/2. Scores
follow half and half what a response is and what it looks like, unless an arm says otherwise. The rules of the first table.

${table([main as RainbowArmName, ...judgeArms], found, seeds, "equalCalls")}

## Calls, at ${decimalText(settings.iterations, 0)} iterations

Calls a child: mutator, target and judge together, means over the children that were judged (not too like
their parent, not their cell's own text); the paper's 7 has no
scores in it. Calls an iteration: over all, the discarded ones too.

${table(rainbowArmNames, cost, seeds, "equalIterations")}

${parts.flatMap(({ finished }) => finished?.section ?? []).join("\n")}
## Arms of the landscape

All share the settings below; each differs in one thing.

| arm | what is different |
|---|---|
${rainbowArmNames.map((name) => `| ${name} | ${rainbowArms[name].difference} |`).join("\n")}

## Settings, machine

- Settings: \`${JSON.stringify(settings)}\`
- Seeds: ${seeds.map(({ seed }) => seed).join(", ")}
${machineTexts(allMachines(results))
  .map((text) => `- ${text}`)
  .join("\n")}
- All numbers by seed: [rainbow-teaming.json](rainbow-teaming.json)
`;
}

function table<Arm extends RainbowArmName>(
  arms: readonly Arm[],
  columns: readonly Column[],
  seeds: readonly RainbowSeed<Arm>[],
  budget: keyof RainbowArmResult,
  last?: { readonly name: string; readonly text: (searches: readonly ReplayedSearch[]) => string },
): string {
  const names = ["arm", ...columns.map(({ name }) => name), ...(last ? [last.name] : [])];
  const rows = arms.map((arm) => {
    const searches = seeds.map((seed) => seed.arms[arm][budget]);
    const cells = columns.map(({ value, text }) => {
      const { estimate, low, high } = overSeeds(searches.map(value));
      return `${text(estimate)} (${text(low)}–${text(high)})`;
    });
    return `| ${[arm, ...cells, ...(last ? [last.text(searches)] : [])].join(" | ")} |`;
  });
  return [`| ${names.join(" | ")} |`, `|${names.map(() => "---|").join("")}`, ...rows].join("\n");
}

const fillColumn = {
  name: "calls to nine tenths",
  text: (searches: readonly ReplayedSearch[]) => {
    const sorted = searches.map(({ callsToFill }) => callsToFill ?? Infinity).sort((a, b) => (a < b ? -1 : 1));
    const median = sorted[Math.floor(sorted.length / 2)] as number;
    return Number.isFinite(median) ? decimalText(median, 0) : "not reached";
  },
};

/** Rows of the table of claims; what is not complete is not judged. */
function partClaims({ part, finished }: PartResults, verdict: (claim: ClaimResult) => string): string[] {
  if (finished === undefined) return [`| ${part.name} | not run yet | |`];
  const [done, all] = [finished.seeds.length, part.seeds.length];
  const judged = (claim: ClaimResult) => (done < all ? `not judged (${done} of ${all} seeds)` : verdict(claim));
  return finished.claims.map((claim) => `| ${claim.claim} | ${judged(claim)} | ${claim.seen} |`);
}

function allMachines({ seeds, long, parts }: RainbowResults): MachineDescription[] {
  const ofParts = parts.flatMap(({ finished }) => finished?.seeds ?? []);
  return [...seeds, ...long.seeds, ...ofParts].flatMap(({ machines }) => machines);
}

/** What the parts were run with, each different one once. */
function machineTexts(machines: readonly MachineDescription[]): string[] {
  return [...new Set(machines.map(machineText))];
}

function plot(seeds: readonly RainbowSeed[]): string {
  return intervalPlot({
    title: "True coverage at equal calls, in %",
    rows: rainbowArmNames.map((label) => {
      const values = seeds.map(({ arms }) => arms[label].equalCalls.trueCoverage);
      return { label, interval: overSeeds(values), values };
    }),
  });
}

/** Six digits are more than any of these numbers has. */
function rounded(_key: string, value: unknown): unknown {
  return typeof value === "number" && !Number.isInteger(value) ? Number(value.toPrecision(6)) : value;
}
