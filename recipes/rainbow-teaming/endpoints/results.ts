/** The page and the file of a comparison on any endpoints. */
import { join } from "node:path";
import { writeFileAtomic } from "../../../src/core/atomic-file.ts";
import { describeSimilarity } from "../../../src/rainbow-teaming/parent-similarity.ts";
import type { SearchConfiguration } from "../../../src/rainbow-teaming/run/search-configuration.ts";
import { decimalText, hundredthsText } from "../../../src/report/number-text.ts";
import { describe } from "../../closed-loop/claims.ts";
import { machineText } from "../../closed-loop/machine.ts";
import { overSeeds } from "../claims.ts";
import { endpointArmNames, endpointArms } from "./arms.ts";
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

interface Column {
  readonly name: string;
  readonly value: (result: EndpointArmResult) => number;
  readonly text: (value: number) => string;
}

const share = (name: string, value: Column["value"]): Column => ({ name, value, text: (one) => hundredthsText(one) });
const number = (name: string, digits: number, value: Column["value"]): Column => ({
  name,
  value,
  text: (one) => decimalText(one, digits),
});

const heldOut = share("success, held-out judge", ({ heldOutSuccess = 0 }) => heldOutSuccess);
const columns: readonly Column[] = [
  share("success, own judge", ({ success }) => success),
  share("coverage", ({ coverage }) => coverage),
  share("mean fitness", ({ meanFitness }) => meanFitness),
  number("self-BLEU", 1, ({ selfBleu }) => selfBleu),
  number("calls", 0, ({ calls }) => calls),
  number("iterations", 0, ({ iterations }) => iterations),
];

function page({ quick, configuration, seeds }: EndpointResults): string {
  const { target, mutator, judge, oracle, heldOutJudge, domain } = configuration;
  const all = heldOutJudge === undefined ? columns : [heldOut, ...columns];
  const compared = all.filter(({ name }) => name !== "calls" && name !== "iterations" && name !== "self-BLEU");
  const table = (names: readonly string[], rows: readonly (readonly string[])[]) =>
    [
      `| ${names.join(" | ")} |`,
      `|${names.map(() => "---|").join("")}`,
      ...rows.map((row) => `| ${row.join(" | ")} |`),
    ].join("\n");
  const [main, ...others] = endpointArmNames;
  const results = endpointArmNames.map((arm) => [
    arm,
    ...all.map(({ value, text }) => {
      const { estimate, low, high } = overSeeds(seeds.map(({ arms }) => value(arms[arm])));
      return `${text(estimate)} (${text(low)}–${text(high)})`;
    }),
  ]);
  const differences = others.map((arm) => [
    arm,
    ...compared.map(({ value }) =>
      describe(overSeeds(seeds.map(({ arms }) => value(arms[arm]) - value(arms[main as typeof arm])))),
    ),
  ]);
  const roles = Object.entries({ target, mutator, judge, oracle, "held-out judge": heldOutJudge });
  return `# Rainbow Teaming beside its ablations, on given models
${quick ? "\n**A miniature that shows that everything runs: its numbers mean nothing.**\n" : ""}
Made by \`illume reproduce rainbow-teaming --target … --mutator … --judge …\`: ${seeds.length} seeds of the domain \`${inline(domain.name)}\`. Rainbow
Teaming runs for ${decimalText(configuration.iterations, 0)} iterations; every other arm gets as many calls of mutator, target and judge together as it
took on that seed. ${
    heldOutJudge === undefined
      ? "**There was no held-out judge: success is what the search's own judge says, which the search has optimised.**"
      : "The held-out judge scored the archives and took no other part."
  }

In %, mean over seeds with Student's 95 % interval (of more than 10 seeds interquartile mean and bootstrap). Success: elites that count as one (score of at least
${domain.success}). Coverage: filled cells. Fitness: by the search's own judge.

${table(["arm", ...all.map(({ name }) => name)], results)}

Each other arm minus Rainbow Teaming, in points, paired by seed:

${table(["arm", ...compared.map(({ name }) => name)], differences)}

## Arms, models, settings

${endpointArmNames.map((name) => `- ${name}: ${endpointArms[name].difference}`).join("\n")}

${roles.flatMap(([role, id]) => (id === undefined ? [] : [`- ${role}: \`${inline(id)}\``])).join("\n")}
- Batches of ${configuration.batchSize}, ${configuration.comparisons} votes at most, similarity filter ${describeSimilarity(configuration.similarity)}; seeds ${seeds.map(({ seed }) => seed).join(", ")}
${[...new Set(seeds.flatMap(({ machines }) => machines.map(machineText)))].map((text) => `- ${text}`).join("\n")}
- All numbers by seed: [rainbow-teaming.json](rainbow-teaming.json)
`;
}

/** Text of a user's own as Markdown code. */
function inline(text: string): string {
  return text.replaceAll(/[`|\s]+/gu, " ");
}
