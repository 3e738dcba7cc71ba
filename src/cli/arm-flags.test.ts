import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InvalidArgumentError } from "../core/errors/invalid-argument-error.ts";
import { UnknownNameError } from "../core/errors/unknown-name-error.ts";
import { type ArmPreset, armNames, armPresets } from "../rainbow-teaming/arm-presets.ts";
import { searchFlags } from "../report/search-command.ts";
import { armArgs, readArmFlags } from "./arm-flags.ts";
import { checkArguments } from "./check-arguments.ts";
import { search } from "./commands/index.ts";
import { readRainbowFlags } from "./rainbow-flags.ts";

const domain = { search: { iterations: 100, batchSize: 8, similarity: 0.6, temperature: 0.1 } };
const standard = readArmFlags(domain, {});

test("without flags the search is the paper's", () => {
  expect(standard).toEqual({
    similarity: 0.6,
    nearDuplicates: false,
    rankedMutations: 1,
    batchesAhead: 0,
    arms: { parents: "archive", cells: "low-fitness", memory: 0, elitesPerCell: 1, mutationsPerParent: 1 },
  });
  expect(readArmFlags(domain, { arm: "rainbow-teaming" })).toEqual(standard);
});

describe("arms by name", () => {
  test.each(armNames.filter((name) => name !== "rainbow-teaming"))("%s is its flags", (arm) => {
    const { flags } = armPresets[arm];
    for (const flag of Object.keys(flags)) expect(armArgs).toHaveProperty(flag);
    const needed = arm === "ferret" ? { "cheap-judge": "openai:cheap" } : {};
    expect(readArmFlags(domain, { arm, ...needed })).toEqual(readArmFlags(domain, { ...flags, ...needed }));
    expect(readArmFlags(domain, { arm, ...needed })).not.toEqual(standard);
  });

  test.each(armNames)("%s has the settings of its table", (arm) => {
    const preset: ArmPreset = armPresets[arm];
    const { arms, filter, rankedMutations = 1, nearDuplicates } = preset.settings;
    const read = readArmFlags(domain, { arm, ...(preset.needs && { [preset.needs]: "openai:cheap" }) });
    expect(read.arms).toEqual({ ...standard.arms, ...arms });
    expect(read.similarity).toBe(filter === false ? null : 0.6);
    expect(read.rankedMutations).toBe(rankedMutations);
    expect(read.nearDuplicates).toEqual(nearDuplicates === undefined ? false : { by: nearDuplicates, threshold: 0.8 });
    expect(read.cheapJudge).toBe(preset.needs && "openai:cheap");
  });

  test("stand in the guide with their flags", () => {
    const guide = readFileSync(new URL("../../docs/guide/rainbow-teaming.md", import.meta.url), "utf8");
    const rows = [
      ...guide.matchAll(/^\| `([a-z-]+)` *\| (?:`([^`|]*)`|none) *\|.*arxiv|^\| `([a-z-]+)` *\| `(--[^`|]*)` *\|/gmu),
    ];
    const told = rows.map(([, name, flags = "", other, others = ""]) => [
      name ?? other,
      name === undefined ? others : flags,
    ]);
    const known = armNames.map((name) => [
      name,
      Object.entries(armPresets[name].flags)
        .map(([flag, value]) => `--${flag} ${value}`)
        .join(" "),
    ]);
    expect(told).toEqual(known);
  });

  test("give way to flags", () => {
    const { arms } = readArmFlags(domain, { arm: "rainbow-plus", "elites-per-cell": "2" });
    expect(arms).toMatchObject({ elitesPerCell: 2, mutationsPerParent: 4, replacement: "score" });
  });
});

test("near-duplicates have a threshold of their embedder's", () => {
  const near = (flags: object) => readArmFlags(domain, { ...flags }).nearDuplicates;
  expect(near({ "near-duplicates": "n-grams" })).toEqual({ by: "n-grams", threshold: 0.8 });
  expect(near({ "near-duplicate-threshold": "0.7" })).toEqual({ by: "n-grams", threshold: 0.7 });
  expect(near({ "near-duplicates": "use-lite" })).toEqual({ by: "use-lite", threshold: 0.85 });
  const other = { "near-duplicates": "openai:text-embedding-3-small" };
  expect(near({ ...other, "near-duplicate-threshold": "0.9" })).toMatchObject({ threshold: 0.9 });
  expect(() => near(other)).toThrow("--near-duplicate-threshold");
});

test("child and parent are compared by BLEU, or by an embedder with a threshold of its own", () => {
  const similarity = (flags: object) => readArmFlags(domain, { ...flags }).similarity;
  const other = { "similarity-by": "openai:text-embedding-3-small" };
  expect(similarity({ similarity: "0.4" })).toBe(0.4);
  expect(similarity({ "similarity-by": "use-lite" })).toEqual({ by: "use-lite", threshold: 0.85 });
  expect(similarity({ "similarity-by": "n-grams", similarity: "0.7" })).toEqual({ by: "n-grams", threshold: 0.7 });
  expect(similarity({ ...other, similarity: "0.9" })).toMatchObject({ threshold: 0.9 });
  expect(() => similarity(other)).toThrow("--similarity-by");

  const meaning = { search: { ...domain.search, similarity: { by: "use-lite", threshold: 0.8 } } };
  const given = (flags: object) => readArmFlags(meaning, { ...flags }).similarity;
  expect(given({})).toEqual({ by: "use-lite", threshold: 0.8 });
  expect(given({ similarity: "0.9" })).toEqual({ by: "use-lite", threshold: 0.9 });
  expect(given({ "similarity-by": "bleu" })).toBe(0.6);
  expect(given({ similarity: "none" })).toBeNull();
});

test.each<[Record<string, string>, unknown, string]>([
  [{ similarity: "none", "similarity-by": "use-lite" }, InvalidArgumentError, "both"],
  [{ arm: "rainbowplus" }, UnknownNameError, "rainbow-plus"],
  [{ "cheap-judge": "openai:x" }, InvalidArgumentError, "--ranked-mutations"],
  [{ arm: "ferret" }, InvalidArgumentError, "add --cheap-judge ID"],
  [{ arm: "ferret", "cheap-judge": "openai:x", "ranked-mutations": "1" }, InvalidArgumentError, "--ranked-mutations"],
  [{ "ranked-mutations": "0" }, InvalidArgumentError, "--ranked-mutations"],
  [{ "mutations-per-parent": "x" }, InvalidArgumentError, "--mutations-per-parent"],
  [{ similarity: "60" }, InvalidArgumentError, "--similarity 0.6"],
  [{ "near-duplicates": "n-grams", "near-duplicate-threshold": "2" }, InvalidArgumentError, "at most 1"],
  [{ parents: "both" }, UnknownNameError, "same-cell"],
])("%j is refused", (flags, error, said) => {
  expect(() => readArmFlags(domain, flags)).toThrow(error as never);
  expect(() => readArmFlags(domain, flags)).toThrow(said);
});

test("the report's command gives the same search back", async () => {
  const models = { target: "openai:a", mutator: "openai:b", judge: "openai:c" };
  const count = (low: number, high: number) => fc.integer({ min: low, max: high }).map(String);
  const share = fc.integer({ min: 1, max: 100 }).map((value) => String(value / 100));
  const flags = fc.record(
    {
      arm: fc.constantFrom(...armNames.filter((name) => name !== "ferret")),
      filter: fc.oneof(
        fc.record({ similarity: fc.oneof(share, fc.constant("none")) }),
        fc.record({ "similarity-by": fc.constantFrom("bleu", "use-lite"), similarity: share }),
        fc.constant({ "similarity-by": "use-lite" }),
      ),
      parents: fc.constantFrom("archive", "same-cell", "none"),
      cells: fc.constantFrom("low-fitness", "uniform"),
      replacement: fc.constantFrom("comparison", "score"),
      memory: count(0, 9),
      "elites-per-cell": count(1, 9),
      "mutations-per-parent": count(1, 9),
      "batches-ahead": count(0, 3),
      ranked: fc.constantFrom(
        {},
        { "ranked-mutations": "3" },
        { "ranked-mutations": "4", "cheap-judge": "openai:d" },
        { arm: "ferret", "cheap-judge": "openai:d" },
      ),
      near: fc.constantFrom(
        {},
        { "near-duplicates": "use-lite" },
        { "near-duplicates": "openai:e", "near-duplicate-threshold": "0.93" },
      ),
      iterations: count(1, 5000),
      threads: count(1, 8),
    },
    { requiredKeys: [] },
  );
  await fc.assert(
    fc.asyncProperty(flags, async ({ ranked = {}, near = {}, filter = {}, ...rest }) => {
      const given = { ...rest, ...ranked, ...near, ...filter, ...models };
      const configuration = await readRainbowFlags("safety", { ...given, model: given.target });
      const words = searchFlags(configuration).flatMap((flag) => flag.split(" "));
      const checked = checkArguments(words, search.citty.args as never, "search");
      const again = Object.fromEntries(
        checked.map((word) => /^--([a-z-]+)=(.*)$/su.exec(word)?.slice(1) as [string, string]),
      );
      expect(await readRainbowFlags("safety", again)).toEqual(configuration);
    }),
    { numRuns: 60 },
  );
});
