/** What is published of the recipe agrees with its numbers. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { packageRoot } from "../../src/core/package-root.ts";
import type { ClaimResult } from "../closed-loop/claims.ts";
import { type RainbowArmName, rainbowArmNames, rainbowArms } from "./arms.ts";
import { judgeCallCount } from "./call-count/claims.ts";
import type { CallCountSeed } from "./call-count/seed-run.ts";
import { judgeClaims, judgeLongClaim } from "./claims.ts";
import type { RainbowSeed } from "./seed-run.ts";
import { judgeServed } from "./served/claims.ts";
import type { ServedSeed } from "./served/seed-run.ts";

const read = (...path: string[]) => readFileSync(join(packageRoot, ...path), "utf8");
const published = JSON.parse(read("docs", "papers", "rainbow-teaming.json"));
const partOf = (name: string) =>
  published.parts.find((part: { readonly name: string }) => part.name.startsWith(name)) as {
    readonly claims: readonly ClaimResult[];
    readonly seeds: readonly { readonly result: unknown }[];
  };
const all: readonly ClaimResult[] = [
  ...published.claims,
  published.long.claim,
  ...published.parts.flatMap((part: { readonly claims: readonly ClaimResult[] }) => part.claims),
];
const verdicts = (claims: readonly ClaimResult[]) => claims.map(({ claim, holds }) => [claim, holds]);

test("verdicts are those of the published seeds", () => {
  expect(verdicts(judgeClaims(published.seeds as RainbowSeed[]))).toEqual(verdicts(published.claims));
  expect(verdicts([judgeLongClaim(published.long.seeds)])).toEqual(verdicts([published.long.claim]));
  const [served, calls] = [partOf("11."), partOf("6c")];
  expect(verdicts(judgeServed(served.seeds.map(({ result }) => result as ServedSeed)))).toEqual(
    verdicts(served.claims),
  );
  expect(verdicts(judgeCallCount(calls.seeds.map(({ result }) => result as CallCountSeed)))).toEqual(
    verdicts(calls.claims),
  );
});

test("every claim stands on the page with its verdict, and the lists of papers count them", () => {
  const page = read("docs", "papers", "rainbow-teaming.md");
  for (const { claim, holds, seen } of all) {
    expect(page).toContain(`| ${claim} | ${holds ? "holds" : "**failed**"} | ${seen} |`);
  }
  const count = all.filter(({ holds }) => holds).length;
  expect(read("README.md")).toContain(`of ${all.length} claims ${count} hold`);
  expect(read("docs", "papers", "README.md")).toContain(`of ${all.length} claims ${count} hold`);
  expect(read("docs", "papers", "README.md")).toContain(`has ${all.length} claims, of which ${count} hold`);
});

test("arms are those that are searched today", () => {
  expect(published.arms).toEqual(JSON.parse(JSON.stringify(rainbowArms)));
  for (const { arms } of published.seeds as RainbowSeed<RainbowArmName>[]) {
    expect(Object.keys(arms)).toEqual(rainbowArmNames);
  }
});
