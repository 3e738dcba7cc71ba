import { expect, test } from "vitest";
import { RandomStream } from "../../src/core/random.ts";
import { majorityJudge } from "../../src/judges/majority-judge.ts";
import { totalCalls } from "../../src/rainbow-teaming/evaluated-prompt.ts";
import { Landscape } from "../../src/rainbow-teaming/landscape/landscape.ts";
import { auditArchive } from "../../src/rainbow-teaming/landscape/landscape-audit.ts";
import { landscapeDomain } from "../../src/rainbow-teaming/landscape/landscape-domain.ts";
import { landscapeJudge } from "../../src/rainbow-teaming/landscape/landscape-judge.ts";
import { landscapeMutator, landscapeTarget } from "../../src/rainbow-teaming/landscape/landscape-models.ts";
import { languageModelProposer } from "../../src/rainbow-teaming/propose-child.ts";
import { rainbowSearch } from "../../src/rainbow-teaming/rainbow-search.ts";
import { loadProgress } from "../../src/rainbow-teaming/search-progress.ts";
import { memoryRunStore } from "../../src/runs/memory-run-store.ts";
import { bleuParentFilter } from "../../src/synthetic-data/filters/parent-filter.ts";
import { replaySearch } from "./replay.ts";

const landscape = new Landscape({ seed: 5, categories: 3, styles: 3, details: 6, words: 6, hitsToFail: [2, 4] });
const domain = landscapeDomain(landscape);
const archiveOptions = { descriptors: domain.descriptors, replacement: "comparison" } as const;

async function search(iterations: number) {
  const store = memoryRunStore({ configuration: {} });
  const { archive, progress } = await rainbowSearch({
    domain,
    store,
    name: "search",
    propose: languageModelProposer({ domain, mutator: landscapeMutator(landscape), filter: bleuParentFilter() }),
    target: landscapeTarget(landscape),
    judge: majorityJudge({ judge: landscapeJudge(), stop: "first-wins" }),
    iterations,
    batchSize: 8,
    random: new RandomStream(1),
  });
  return { archive, progress, iterations: loadProgress(store, "search") };
}

test("walked to its end, a search is what it said that it was", async () => {
  const { archive, progress, iterations } = await search(120);
  const replayed = await replaySearch(landscape, archiveOptions, iterations, {});
  expect(replayed).toMatchObject({ iterations: 120, evaluated: progress.evaluated, calls: progress.calls });
  expect(replayed.coverage).toBe(progress.coverage);
  expect(replayed).toMatchObject(auditArchive(landscape, archive.prompts()));
  const { mutator, target, votes, other } = replayed.callsPerChild;
  // A child too like its parent takes its mutations; a repetition of its cell's text the target's call too.
  const unjudged = 2 * (progress.discarded.similar ?? 0) + 3 * (progress.discarded.duplicate ?? 0);
  const calls = (mutator + target + votes + other) * progress.evaluated + unjudged;
  expect(calls).toBeCloseTo(totalCalls(progress.calls), 9);
});

test("walked to a budget, it is the search that ended there", async () => {
  const [long, short] = [await search(120), await search(40)];
  const calls = totalCalls(short.progress.calls) + 1;
  const byIterations = await replaySearch(landscape, archiveOptions, long.iterations, { iterations: 40 });
  const byCalls = await replaySearch(landscape, archiveOptions, long.iterations, { calls });
  const alone = await replaySearch(landscape, archiveOptions, short.iterations, { iterations: 40 });
  expect(byIterations).toEqual(alone);
  const { meanCoverage, meanTrueCoverage } = alone;
  expect({ ...byCalls, meanCoverage, meanTrueCoverage }).toEqual(alone);
});

test("areas are means over the calls of the budget", async () => {
  const { iterations } = await search(40);
  const budget = 100;
  const { meanCoverage, meanTrueCoverage } = await replaySearch(landscape, archiveOptions, iterations, {
    calls: budget,
  });
  // The sum over every single call, of the archive as it was before the iteration that the call belongs to.
  let [filled, right, call] = [0, 0, 0];
  for (let done = 0; call < budget; done++) {
    const before = await replaySearch(landscape, archiveOptions, iterations, { iterations: done });
    const next = iterations[done] as (typeof iterations)[number];
    const cost = totalCalls("kept" in next ? next.kept.calls : next.lost.calls);
    const charged = Math.min(cost, budget - call);
    filled += charged * before.coverage;
    right += charged * before.trueCoverage;
    call += charged;
  }
  expect(meanCoverage).toBeCloseTo(filled / budget, 12);
  expect(meanTrueCoverage).toBeCloseTo(right / budget, 12);
  expect(meanTrueCoverage).toBeGreaterThan(0);
});
