/** What the page says of transfer between reasoners. */
import { RandomStream } from "../../../src/core/random.ts";
import type { Interval } from "../../../src/core/statistics/interval.ts";
import { type TransferCell, transferMatrix } from "../../../src/rainbow-teaming/attack/transfer-matrix.ts";
import { labelsOf } from "../../../src/rainbow-teaming/domain-schema.ts";
import { loadDomain } from "../../../src/rainbow-teaming/load-domain.ts";
import { PromptArchive } from "../../../src/rainbow-teaming/prompt-archive.ts";
import { decimalText, hundredthsText, pointsText } from "../../../src/report/number-text.ts";
import { overSeeds } from "../claims.ts";
import type { SeedOfPart } from "../part.ts";
import { beyondCell, bySeed, judgedReasoners, ordinaryAccuracy } from "./claims.ts";
import type { TransferSeed } from "./seed-run.ts";

/** Problems of all seeds together, as one archive a source: the matrix that `illume attack` makes. */
export function reasonerMatrix(seeds: readonly TransferSeed[]): TransferCell[] {
  const domain = loadDomain("grade-school");
  const place = new PromptArchive({ descriptors: domain.descriptors, replacement: "score" });
  const reasoners = Object.keys(seeds[0]?.sources ?? {});
  const joined = (digits: (seed: TransferSeed) => string | undefined) =>
    [...seeds.map((seed) => digits(seed) ?? "").join("")].map((digit) => (digit === "-" ? undefined : digit === "1"));
  return transferMatrix({
    archives: reasoners.map((name) => ({
      name,
      descriptors: domain.descriptors.map((descriptor) => ({ name: descriptor.name, labels: labelsOf(descriptor) })),
      // What one search found is not independent; its lineages are not kept, so that the whole search is the family.
      prompts: seeds.flatMap(({ sources }, seed) =>
        (sources[name]?.cells ?? []).map((cell) => ({ bins: place.binsOf(cell), family: `seed ${seed}` })),
      ),
    })),
    outcomes: reasoners.flatMap((source) =>
      reasoners.flatMap((target) => [
        {
          archive: source,
          target,
          judge: "archive",
          source: source === target,
          successes: joined(({ sources }) => sources[source]?.archive[target]),
        },
        {
          archive: source,
          target,
          judge: "random problems of the same cells",
          successes: joined(({ sources }) => sources[source]?.matched[target]),
        },
      ]),
    ),
    random: new RandomStream(0, ["transfer between reasoners"]),
  });
}

export function transferSection(finished: readonly SeedOfPart<TransferSeed>[], settings: unknown): string {
  const seeds = finished.map(({ result }) => result);
  const reasoners = Object.keys(seeds[0]?.sources ?? {});
  const judged = judgedReasoners(seeds);
  const matrix = reasonerMatrix(seeds);
  const table = (corner: string, text: (source: string, target: string) => string) =>
    [
      `| ${[corner, ...reasoners].join(" | ")} |`,
      `|---|${reasoners.map(() => "---|").join("")}`,
      ...reasoners.map((source) => `| ${[source, ...reasoners.map((target) => text(source, target))].join(" | ")} |`),
    ].join("\n");
  const rate = (judge: string) => (source: string, target: string) => {
    const cell = matrix.find((one) => one.archive === source && one.target === target && one.judge === judge);
    if (cell?.rate === undefined) return "–";
    // Chosen by it: an archive's own failures are put here.
    return judge === "archive" && source === target ? hundredthsText(cell.rate.estimate) : shareText(cell.rate);
  };
  const excess = (source: string, target: string) => {
    if (source === target) return "–";
    const { estimate, low, high } = bySeed(seeds, (seed) => beyondCell(seed, { source, target })).interval;
    return `${pointsText(estimate)} (${pointsText(low)} to ${pointsText(high)})`;
  };
  const facts = reasoners.map((name) => {
    const found = seeds.map(({ sources }) => sources[name]);
    const number = (value: (source: NonNullable<(typeof found)[number]>) => number) =>
      overSeeds(found.map((source) => (source === undefined ? 0 : value(source))));
    const { estimate } = number(({ filledCells }) => filledCells);
    return `| ${[
      name,
      `${hundredthsText(ordinaryAccuracy(seeds, name))}${judged.includes(name) ? "" : " (not judged)"}`,
      decimalText(estimate, 0),
      shareText(number(({ success }) => success)),
      decimalText(number(({ cells }) => cells.length).estimate, 0),
    ].join(" | ")} |`;
  });
  return `## Transfer between reasoners

Reasoners of the same form, pretrained separately: from other initial weights, on other problems, and three of them for fewer
steps. ${seeds.length} seeds; each has one archive against every reasoner. Claims are about those whose accuracy on ordinary problems (of all
seeds together) lies between 20 and 95 %.

| reasoner | ordinary accuracy, % | filled cells | archive success, % | failures put to the others |
|---|---|---|---|---|
${facts.join("\n")}

What archives hold that their own reasoner (row) gets wrong, put to each reasoner (column): share that it gets wrong, in %,
of the problems of all seeds, with a 95 % interval over seeds (Wilson's of the effective sample: problems of one search are
not independent). What is put to its own reasoner it gets wrong by choice.

${table("archive against", rate("archive"))}

Random problems of the complete sampler instead, one of the same cell for each problem; cells that the sampler did not come to
in ${decimalText((settings as { readonly draws: number }).draws, 0)} draws are left out:

${table("cells of", rate("random problems of the same cells"))}

The first minus the second, in points, over the cells of which there are both: mean over seeds with Student's 95 %
interval. Reasoners that claims are not about are shown too.

${table("archive against", excess)}

Settings: \`${JSON.stringify(settings)}\`
`;
}

function shareText({ estimate, low, high }: Interval): string {
  return `${hundredthsText(estimate)} (${hundredthsText(low)}–${hundredthsText(high)})`;
}
