/**
 * What a search costs beside waiting for its models: milliseconds an iteration with models that answer at once, on the
 * landscape of known truth, for stores in memory and on disk, with calls recorded and not. The goal is less than 2.
 *
 *   node benchmarks/rainbow-orchestration/orchestration.ts [iterations]
 *
 * "models alone" is the scripted models' own time, measured on as many calls as the search made; it is part of the others.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { RandomStream } from "../../src/core/random.ts";
import { majorityJudge } from "../../src/judges/majority-judge.ts";
import { RecordedLanguageModel } from "../../src/language-models/calls/recorded-language-model.ts";
import type { LanguageModel } from "../../src/language-models/language-model.ts";
import type { ScriptedCall } from "../../src/language-models/scripted-language-model.ts";
import { Landscape } from "../../src/rainbow-teaming/landscape/landscape.ts";
import { landscapeDomain } from "../../src/rainbow-teaming/landscape/landscape-domain.ts";
import { landscapeJudge } from "../../src/rainbow-teaming/landscape/landscape-judge.ts";
import { landscapeMutator, landscapeTarget } from "../../src/rainbow-teaming/landscape/landscape-models.ts";
import { languageModelProposer } from "../../src/rainbow-teaming/propose-child.ts";
import { rainbowSearch } from "../../src/rainbow-teaming/rainbow-search.ts";
import { memoryRunStore } from "../../src/runs/memory-run-store.ts";
import { createRun } from "../../src/runs/run-database.ts";
import type { RunStore } from "../../src/runs/run-store.ts";
import { bleuParentFilter } from "../../src/synthetic-data/filters/parent-filter.ts";

const iterations = Number(process.argv[2] ?? 2000);
const landscape = new Landscape({ seed: 1 });
const domain = landscapeDomain(landscape);

/** Time on the clock, and of the processor: on a busy machine the clock shows other programs too. */
interface Time {
  readonly clock: number;
  readonly processor: number;
}

async function timed<Result>(work: () => Promise<Result>): Promise<Time & { readonly result: Result }> {
  const [clock, used] = [performance.now(), process.cpuUsage()];
  const result = await work();
  const { user, system } = process.cpuUsage(used);
  return { clock: performance.now() - clock, processor: (user + system) / 1000, result };
}

/** A search, and the calls that its scripted models got. */
async function search(store: RunStore, recorded: boolean) {
  const [mutator, target] = [landscapeMutator(landscape), landscapeTarget(landscape)];
  const wrapped = (model: LanguageModel) =>
    recorded ? new RecordedLanguageModel({ model, revision: "", store: store.modelCalls, callsPerRequest: 1 }) : model;
  const { result, ...time } = await timed(() =>
    rainbowSearch({
      domain,
      store,
      name: "search",
      propose: languageModelProposer({ domain, mutator: wrapped(mutator), filter: bleuParentFilter() }),
      target: wrapped(target),
      judge: majorityJudge({ judge: landscapeJudge(), stop: "first-wins" }),
      iterations,
      random: new RandomStream(0),
    }),
  );
  return { time, calls: [mutator.calls, target.calls] as const, progress: result.progress };
}

async function repeat(model: LanguageModel, calls: readonly ScriptedCall[]): Promise<void> {
  for (const call of calls) if (call.method === "generate") await model.generate(call.options);
}

const folder = mkdtempSync(join(tmpdir(), "illume-orchestration-"));
const perIteration = (milliseconds: number) => (milliseconds / iterations).toFixed(3);
const tell = (name: string, { clock, processor }: Time) =>
  console.log(`${name.padEnd(22)} ms an iteration: clock ${perIteration(clock)}, processor ${perIteration(processor)}`);
try {
  await search(memoryRunStore({ configuration: {} }), false);
  const memory = await search(memoryRunStore({ configuration: {} }), false);
  const alone = await timed(async () => {
    await repeat(landscapeMutator(landscape), memory.calls[0]);
    await repeat(landscapeTarget(landscape), memory.calls[1]);
  });
  tell("models alone", alone);
  tell("memory", memory.time);
  for (const recorded of [false, true]) {
    const store = createRun({ directory: join(folder, recorded ? "recorded" : "plain"), configuration: {} });
    const { time, progress } = await search(store, recorded);
    tell(recorded ? "disk, calls recorded" : "disk", time);
    if (recorded) console.log(JSON.stringify(progress));
    store.close();
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
