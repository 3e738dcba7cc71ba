/**
 * What a search costs beside waiting for its models: milliseconds an iteration with models that answer at once, on the
 * landscape of known truth, for stores in memory and on disk, with calls recorded and not. The goal is less than 2. Then
 * the share of its time that it does not wait for models that answer in 200 ms, 16 iterations at once (latency.ts); the goal
 * is less than 5 %.
 *
 *   node benchmarks/rainbow-orchestration/orchestration.ts [iterations]
 *
 * "models alone" is the scripted models' own time, measured on as many calls as the search made; it is part of the others.
 * Writes benchmarks/results/rainbow-orchestration.json.
 */
import { mkdtempSync, rmSync } from "node:fs";
import os, { tmpdir } from "node:os";
import { join } from "node:path";
import { performance } from "node:perf_hooks";
import { fileURLToPath } from "node:url";
import { describeMachine } from "../../recipes/closed-loop/machine.ts";
import { writeFileAtomic } from "../../src/core/atomic-file.ts";
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
import { circumstances } from "../record.ts";
import { measureLatency } from "./latency.ts";

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
const rows: object[] = [];
const tell = (name: string, { clock, processor }: Time) => {
  rows.push({ name, clock: Number(perIteration(clock)), processor: Number(perIteration(processor)) });
  console.log(`${name.padEnd(22)} ms an iteration: clock ${perIteration(clock)}, processor ${perIteration(processor)}`);
};
const before = circumstances();
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
  const latencies = [];
  for (const over of ["timer", "http"] as const) {
    const directory = join(folder, over);
    const measure = await measureLatency({ directory, iterations: 640, latency: 200, concurrency: 16, over });
    latencies.push(measure);
    console.log(`200 ms by ${over}: ${(100 * measure.share).toFixed(2)} % not waiting, ${JSON.stringify(measure)}`);
  }
  const contents = {
    title: "What a search costs beside waiting for its models",
    ...before,
    machine: describeMachine(),
    iterations,
    instant: { unit: "milliseconds an iteration", goal: 2, rows },
    waiting: { latency: 200, concurrency: 16, goal: 0.05, rows: latencies },
    loadAfter: os.loadavg()[0],
  };
  const file = fileURLToPath(new URL("../results/rainbow-orchestration.json", import.meta.url));
  writeFileAtomic(file, `${JSON.stringify(contents, null, 1)}\n`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
