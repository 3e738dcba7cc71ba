import { expect, test } from "vitest";
import type { JudgeLabels } from "../../judges/labels.ts";
import { addSpending, noSpending } from "../../language-models/calls/call-cost.ts";
import { loadDomain } from "../load-domain.ts";
import { estimateMeasuring, estimateSearch } from "../run/search-estimate.ts";
import { parseImprovementConfiguration } from "./improvement-configuration.ts";
import { estimateImprovement } from "./improvement-estimate.ts";

const configuration = parseImprovementConfiguration({
  search: {
    ...{ domain: loadDomain("safety"), source: "safety", target: "openai:t", mutator: "openai:m", judge: "openai:j" },
    ...{ iterations: 20, batchSize: 4, similarity: 0.6, arms: {}, judgeLabels: "labels.jsonl" },
  },
  teacher: "openai:teacher",
  train: "elsewhere",
  archives: 3,
});
const labels: JudgeLabels = {
  kind: "pairs",
  pairs: Array.from({ length: 5 }, (_, index) => ({
    pair: { first: { prompt: `p${index}`, response: "a" }, second: { prompt: `p${index}`, response: "b" } },
    label: "first" as const,
  })),
};

test("the judge is measured once for all searches, and that is in the estimate", async () => {
  const [without, withLabels] = await Promise.all(
    [{}, { labels }].map((more) => estimateImprovement(configuration, { ability: 4, ...more })),
  );
  const measuring = await estimateMeasuring(configuration.search, labels);
  expect(measuring.map(({ role }) => role)).toEqual(["judge"]);
  const calls = (rows: readonly { readonly cost: { readonly calls: number } }[] = []) =>
    rows.reduce((sum, { cost }) => sum + cost.calls, 0);
  // Both orders of five pairs, four votes at most.
  expect(calls(measuring)).toBeGreaterThanOrEqual(10);
  expect(calls(measuring)).toBeLessThanOrEqual(40);
  expect(calls(withLabels) - calls(without)).toBe(calls(measuring));
  expect(withLabels?.[0]).toMatchObject({ phase: "judge labels", role: "judge", model: "openai:j" });
  const [alone, together] = [
    await estimateSearch(configuration.search),
    await estimateSearch(configuration.search, labels),
  ];
  expect(calls(together) - calls(alone)).toBe(calls(measuring));
  const tokens = (rows: typeof alone) => rows.reduce((sum, { cost }) => addSpending(sum, cost), noSpending).inputTokens;
  expect(tokens(together) - tokens(alone)).toBe(tokens(measuring));
});
