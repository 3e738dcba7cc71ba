/** Every archive that a domain's YAML can name, as a search has it. */
import { expect, test } from "vitest";
import type { z } from "zod";
import type { Archive } from "../../src/quality-diversity/archives/archive.ts";
import { cvtArchive } from "../../src/quality-diversity/archives/cvt-archive.ts";
import {
  type NoveltyArchiveOptions,
  restoreNoveltyArchive,
} from "../../src/quality-diversity/archives/novelty-archive.ts";
import { serializeArchive } from "../../src/quality-diversity/archives/serialization.ts";
import type { SlidingBoundariesArchive } from "../../src/quality-diversity/archives/sliding-boundaries-archive.ts";
import {
  restoreSlidingArchive,
  serializeSlidingArchive,
} from "../../src/quality-diversity/archives/sliding-serialization.ts";
import { type ArchiveSettings, archiveSchema } from "../../src/rainbow-teaming/archives/archive-schema.ts";
import { promptSpace } from "../../src/rainbow-teaming/archives/prompt-space.ts";
import type { Domain } from "../../src/rainbow-teaming/domain-schema.ts";
import type { EvaluatedPrompt } from "../../src/rainbow-teaming/evaluated-prompt.ts";
import { type AnyArchiveCase, anyArchiveContract } from "./any-archive.contract.ts";
import { archiveContract } from "./archive.contract.ts";
import { domainOf, kindsOf } from "./domain-parts.ts";

const descriptors = [
  { name: "length", kind: "length", low: 0, high: 200, bins: 3 },
  { name: "questions", kind: "number", of: { count: "[?]" }, low: 0, high: 4, bins: 4 },
  { name: "manner", kind: "categories", categories: [{ name: "Polite" }, { name: "Upset" }] },
];
const bins = [
  [0, 0, 1],
  [2, 3, 0],
  [0, 0, 0],
  [1, 2, 1],
];
/** Of the two numbers, between their descriptors' ends and outside. */
const points = [
  [0.1, 0.05],
  [0.12, 0.05],
  [0.95, 0.9],
  [0.6, 0.1],
  [1.5, -0.25],
  [0.45, 0.5],
].map((point) => point.map(Math.fround));
const meanings = points.map(([x = 0, y = 0], index) => [x - 0.5, y, 0.1 * index]);

const archives: readonly z.input<typeof archiveSchema>[] = [
  { kind: "grid" },
  { kind: "sliding-boundaries", remapEvery: 5, recent: 9 },
  { kind: "cvt", cells: 6 },
  { kind: "cvt", cells: 5, over: "embeddings", dimensions: 3 },
  { kind: "novelty", threshold: 0.4, neighbours: 2 },
  { kind: "novelty", threshold: 0.4, neighbours: 2, over: "embeddings", dimensions: 3 },
];

test("every kind that the schema knows is here", () => {
  expect([...new Set(archives.map(({ kind }) => kind))].sort()).toEqual(kindsOf(archiveSchema));
});

const prompts = new Map<number, EvaluatedPrompt>();
/** The same prompt for the same number; the suites tell solutions apart by their text. */
function promptOf(number: number): EvaluatedPrompt {
  const known = prompts.get(number);
  if (known !== undefined) return known;
  const text = `prompt ${number}`;
  const prompt = { id: text, text, iteration: number, toString: () => text } as unknown as EvaluatedPrompt;
  prompts.set(number, prompt);
  return prompt;
}

/** The archive of a search; k-means, which takes its time, runs once for all that are made of its centroids. */
function emptyArchive({ descriptors: axes, archive }: Domain, elitesPerCell: number): Archive<EvaluatedPrompt> {
  const settings = archive as ArchiveSettings;
  const key = JSON.stringify(settings);
  const known = centroids.get(key);
  if (known !== undefined) return cvtArchive({ ...known, elitesPerCell });
  const made = promptSpace(axes, settings, elitesPerCell).archive;
  if (settings.kind === "cvt") {
    const { tessellation } = made as ReturnType<typeof cvtArchive<EvaluatedPrompt>>;
    centroids.set(key, tessellation);
  }
  return made;
}
const centroids = new Map<string, { readonly centroids: Float64Array; readonly dimensions: number }>();

for (const named of archives) {
  const domain = domainOf({ descriptors, archive: named });
  const settings = domain.archive as ArchiveSettings;
  const over = "over" in settings ? settings.over : undefined;
  const common: Pick<AnyArchiveCase<EvaluatedPrompt>, "name" | "create" | "solution"> = {
    name: `of a domain's file: ${settings.kind}${over === undefined ? "" : ` over ${over}`}`,
    create: (elitesPerCell) => emptyArchive(domain, elitesPerCell),
    solution: promptOf,
  };
  const places = settings.kind === "grid" ? bins : over === "embeddings" ? meanings : points;
  if (settings.kind === "grid" || settings.kind === "cvt") {
    archiveContract({ ...common, descriptors: places });
  } else if (settings.kind === "sliding-boundaries") {
    const axes = descriptors.slice(0, 2).map(({ name, bins: count = 0 }) => ({ name, bins: count, low: 0, high: 1 }));
    anyArchiveContract({
      ...common,
      descriptors: places,
      store: (archive, elitesPerCell, indexOf, at) =>
        restoreSlidingArchive(
          { axes, ...settings, elitesPerCell },
          JSON.parse(
            JSON.stringify(serializeSlidingArchive(archive as SlidingBoundariesArchive<EvaluatedPrompt>, indexOf)),
          ),
          (json) => at(json as number),
        ),
    });
  } else {
    const options: NoveltyArchiveOptions = { ...settings, dimensions: (places[0] as number[]).length };
    anyArchiveContract({
      ...common,
      mostElitesPerCell: 1,
      descriptors: places,
      cellsAreRegions: false,
      store: (archive, _, indexOf, at) =>
        restoreNoveltyArchive(options, JSON.parse(JSON.stringify(serializeArchive(archive, indexOf))), (json) =>
          at(json as number),
        ),
    });
  }
}
