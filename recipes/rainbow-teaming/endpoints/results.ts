/** The page and the file of a comparison on any endpoints. */
import { join } from "node:path";
import { writeFileAtomic } from "../../../src/core/atomic-file.ts";
import type { Interval } from "../../../src/core/statistics/interval.ts";
import { describeSimilarity } from "../../../src/rainbow-teaming/parent-similarity.ts";
import type { SearchConfiguration } from "../../../src/rainbow-teaming/run/search-configuration.ts";
import { decimalText, hundredthsText, pointsText } from "../../../src/report/number-text.ts";
import { describe } from "../../closed-loop/claims.ts";
import { machineText } from "../../closed-loop/machine.ts";
import { overSeeds } from "../claims.ts";
import { type EndpointArmName, endpointArmNames, endpointArms } from "./arms.ts";
import type { EndpointArmResult, EndpointSeed } from "./seed-run.ts";

export interface EndpointResults {
  readonly quick: boolean;
  readonly configuration: SearchConfiguration;
  readonly seeds: readonly EndpointSeed[];
}

/** Writes rainbow-teaming.json and rainbow-teaming.md. */
export function writeEndpointResults(directory: string, results: EndpointResults): void {
  const { configuration, ...rest } = results;
  const { threads: _, calls: _calls, ...settings } = configuration;
  writeFileAtomic(
    join(directory, "rainbow-teaming.json"),
    `${JSON.stringify({ ...rest, arms: endpointArms, settings }, null, 1)}\n`,
  );
  writeFileAtomic(join(directory, "rainbow-teaming.md"), page(results));
}

/** What a reader must know of the judges; undefined where a judge that took no part in the search has scored the result. */
export function heldOutWarning({ judge, heldOutJudge }: SearchConfiguration): string | undefined {
  if (heldOutJudge === undefined) {
    return "There was no held-out judge (--held-out-judge): success is what the search's own judge says, whose mistakes a search finds too.";
  }
  if (heldOutJudge !== judge) return undefined;
  return "The held-out judge is the search's own judge: it is no check of it.";
}

interface Column {
  readonly name: string;
  /** Undefined where it is not known. */
  readonly value: (result: EndpointArmResult) => number | undefined;
  readonly text: (value: number) => string;
}

const share = (name: string, value: Column["value"]): Column => ({ name, value, text: (one) => hundredthsText(one) });
const number = (name: string, digits: number, value: Column["value"]): Column => ({
  name,
  value,
  text: (one) => decimalText(one, digits),
});

const unknown = (known: number | undefined, { elites }: EndpointArmResult) =>
  known === undefined || elites === 0 ? undefined : 1 - known / elites;
const compared: readonly Column[] = [
  share("success, own judge", ({ success }) => success),
  share("coverage", ({ coverage }) => coverage),
  share("mean fitness", ({ meanFitness }) => meanFitness),
];
const heldOut = share("success, held-out judge", ({ heldOutSuccess }) => heldOutSuccess);
const heldOutKnown: readonly Column[] = [
  number("scored by the held-out judge", 0, ({ heldOutJudged }) => heldOutJudged),
  share("not known, held-out judge", (result) => unknown(result.heldOutJudged, result)),
];
const others: readonly Column[] = [
  number("elites", 0, ({ elites }) => elites),
  share("not known, own judge", (result) => unknown(result.judged, result)),
  number("self-BLEU", 1, ({ selfBleu }) => selfBleu),
  number("calls", 0, ({ calls }) => calls),
  number("iterations", 0, ({ iterations }) => iterations),
];

function page({ quick, configuration, seeds }: EndpointResults): string {
  const { target, mutator, judge, oracle, heldOutJudge, domain } = configuration;
  const isHeldOut = heldOutJudge !== undefined;
  const inPairs = isHeldOut ? [heldOut, ...compared] : compared;
  const all = [...inPairs, ...(isHeldOut ? heldOutKnown : []), ...others];
  const warning = heldOutWarning(configuration);
  const table = (names: readonly string[], rows: readonly (readonly string[])[]) =>
    [
      `| ${names.join(" | ")} |`,
      `|${names.map(() => "---|").join("")}`,
      ...rows.map((row) => `| ${row.join(" | ")} |`),
    ].join("\n");
  const [main, ...ablations] = endpointArmNames;
  const results = endpointArmNames.map((arm) => [
    arm,
    ...all.map(({ value, text }) =>
      overKnown(
        seeds.map(({ arms }) => value(arms[arm])),
        ({ estimate, low, high }) => `${text(estimate)} (${text(low)}–${text(high)})`,
        text,
      ),
    ),
  ]);
  const differences = ablations.map((arm) => [
    arm,
    ...inPairs.map(({ value }) =>
      overKnown(
        seeds.map(({ arms }) => {
          const [own, before] = [value(arms[arm]), value(arms[main as EndpointArmName])];
          return own === undefined || before === undefined ? undefined : own - before;
        }),
        (interval) => describe(interval),
        pointsText,
      ),
    ),
  ]);
  const roles = Object.entries({ target, mutator, judge, oracle, "held-out judge": heldOutJudge });
  return `# Rainbow Teaming beside its ablations, on given models
${quick ? "\n**A miniature that shows that everything runs: its numbers mean nothing.**\n" : ""}
Made by \`illume reproduce rainbow-teaming --target … --mutator … --judge …\`: ${seeds.length} seeds of the domain \`${inline(domain.name)}\`. Rainbow
Teaming runs for ${decimalText(configuration.iterations, 0)} iterations; every other arm gets as many calls of mutator, target and judge together as it
took on that seed. ${warning === undefined ? "The held-out judge scored the archives and took no other part." : `**${warning}**`}

In %, mean over seeds with Student's 95 % interval (of more than 10 seeds interquartile mean and bootstrap; of one seed its value alone). Success:
elites that count as one (score of at least ${domain.success}), of those whose score could be read. Not known: the share of the elites whose score could not be read
(no number in the judge's answer, or no answer); success and fitness leave them out, and a search whose judge cannot be read says little.
Coverage: filled cells. Fitness: by the search's own judge.

${table(["arm", ...all.map(({ name }) => name)], results)}

Each other arm minus Rainbow Teaming, in points, paired by seed:

${table(["arm", ...inPairs.map(({ name }) => name)], differences)}

## Arms, models, settings

${endpointArmNames.map((name) => `- ${name}: ${endpointArms[name].difference}`).join("\n")}

${roles.flatMap(([role, id]) => (id === undefined ? [] : [`- ${role}: \`${inline(id)}\``])).join("\n")}
- Batches of ${configuration.batchSize}, ${configuration.comparisons} votes at most, similarity filter ${describeSimilarity(configuration.similarity)}; seeds ${seeds.map(({ seed }) => seed).join(", ")}
${[...new Set(seeds.flatMap(({ machines }) => machines.map(machineText)))].map((text) => `- ${text}`).join("\n")}
- All numbers by seed: [rainbow-teaming.json](rainbow-teaming.json)
`;
}

/** Over the seeds of which there is a value; how many they are where there is none of some. */
function overKnown(
  values: readonly (number | undefined)[],
  interval: (interval: Interval) => string,
  one: (value: number) => string,
): string {
  const known = values.filter((value) => value !== undefined);
  const [first] = known;
  if (first === undefined) return "not known";
  const text = known.length === 1 ? one(first) : interval(overSeeds(known));
  return known.length === values.length ? text : `${text}, ${known.length} of ${values.length} seeds`;
}

/** Text of a user's own as Markdown code. */
function inline(text: string): string {
  return text.replaceAll(/[`|\s]+/gu, " ");
}
