/**
 * A search against models that answer after a fixed time: the share of the time in which it did something else than wait
 * for them. That is the share in which the event loop was active, which has everything in it: prompts, filters, HTTP,
 * JSON, the store's writes to disk.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { performance } from "node:perf_hooks";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { RandomStream } from "../../src/core/random.ts";
import type { Judge } from "../../src/judges/judge.ts";
import { majorityJudge } from "../../src/judges/majority-judge.ts";
import { makeJudge } from "../../src/judges/make-judge.ts";
import { pairwiseJudge } from "../../src/judges/pairwise-judge.ts";
import { rubricJudge } from "../../src/judges/rubric-judge.ts";
import { RecordedLanguageModel } from "../../src/language-models/calls/recorded-language-model.ts";
import type { LanguageModel } from "../../src/language-models/language-model.ts";
import { openLanguageModel } from "../../src/language-models/open-language-model.ts";
import { totalCalls } from "../../src/rainbow-teaming/evaluated-prompt.ts";
import { Landscape } from "../../src/rainbow-teaming/landscape/landscape.ts";
import { landscapeDomain } from "../../src/rainbow-teaming/landscape/landscape-domain.ts";
import { landscapeJudge } from "../../src/rainbow-teaming/landscape/landscape-judge.ts";
import { landscapeMutator, landscapeTarget } from "../../src/rainbow-teaming/landscape/landscape-models.ts";
import { languageModelProposer } from "../../src/rainbow-teaming/propose-child.ts";
import { rainbowSearch } from "../../src/rainbow-teaming/rainbow-search.ts";
import { createRun } from "../../src/runs/run-database.ts";
import { bleuParentFilter } from "../../src/synthetic-data/filters/parent-filter.ts";

export interface LatencyOptions {
  /** Folder of the run; must not exist. */
  readonly directory: string;
  readonly iterations: number;
  /** Milliseconds of an answer. */
  readonly latency: number;
  readonly concurrency: number;
  /** Over HTTP, from a process of its own, or a timer in this one. */
  readonly over: "http" | "timer";
}

export interface LatencyMeasure {
  readonly over: LatencyOptions["over"];
  readonly iterations: number;
  readonly calls: number;
  readonly seconds: number;
  /** Share of the seconds in which the event loop was active, in [0, 1]. */
  readonly share: number;
  readonly millisecondsAnIteration: number;
  /** Of all threads: on a busy machine the event loop is active while others have the processor. */
  readonly processorMillisecondsAnIteration: number;
  /** Mean calls under way if each took exactly the latency; at most about the concurrency. */
  readonly callsUnderWay: number;
}

interface Roles {
  readonly mutator: LanguageModel;
  readonly target: LanguageModel;
  readonly judge: (wrapped: (model: LanguageModel) => LanguageModel) => {
    readonly judge: Judge;
    readonly scorer: Judge;
  };
  close(): Promise<void>;
}

/** Calls are recorded on disk, as the command records them. */
export async function measureLatency(options: LatencyOptions): Promise<LatencyMeasure> {
  const { directory, iterations, latency, concurrency, over } = options;
  const landscape = new Landscape({ seed: 1 });
  const domain = landscapeDomain(landscape);
  const roles = over === "http" ? await remoteRoles(latency, concurrency) : timedRoles(landscape, latency);
  const store = createRun({ directory, configuration: {} });
  const recorded = (model: LanguageModel) =>
    new RecordedLanguageModel({ model, revision: "", store: store.modelCalls, callsPerRequest: 1 });
  try {
    const [before, processor] = [performance.eventLoopUtilization(), process.cpuUsage()];
    const { progress } = await rainbowSearch({
      domain,
      store,
      name: "search",
      propose: languageModelProposer({ domain, mutator: recorded(roles.mutator), filter: bleuParentFilter() }),
      target: recorded(roles.target),
      ...roles.judge(recorded),
      iterations,
      concurrency,
      batchesAhead: 1,
      random: new RandomStream(0),
    });
    const { active, idle, utilization } = performance.eventLoopUtilization(before);
    const { user, system } = process.cpuUsage(processor);
    const calls = totalCalls(progress.calls);
    return {
      over,
      iterations,
      calls,
      seconds: (active + idle) / 1000,
      share: utilization,
      millisecondsAnIteration: active / iterations,
      processorMillisecondsAnIteration: (user + system) / 1000 / iterations,
      callsUnderWay: (calls * latency) / (active + idle),
    };
  } finally {
    store.close();
    await roles.close();
  }
}

/** The landscape's own models and judge, slowed down by timers. */
function timedRoles(landscape: Landscape, latency: number): Roles {
  const inner = landscapeJudge();
  const slowed = makeJudge(inner.id, {
    compare: async (...asked) => {
      await sleep(latency);
      return inner.compare(...asked);
    },
    score: async (...asked) => {
      await sleep(latency);
      return inner.score(...asked);
    },
  });
  return {
    mutator: slowedModel(landscapeMutator(landscape), latency),
    target: slowedModel(landscapeTarget(landscape), latency),
    judge: () => ({ judge: majorityJudge({ judge: slowed, stop: "first-wins" }), scorer: slowed }),
    close: async () => undefined,
  };
}

function slowedModel(model: LanguageModel, latency: number): LanguageModel {
  return Object.assign(Object.create(model) as LanguageModel, {
    generate: async (options: Parameters<LanguageModel["generate"]>[0]) => {
      await sleep(latency);
      return model.generate(options);
    },
  });
}

/** Models of an endpoint in another process; several votes at once make more requests than iterations. */
async function remoteRoles(latency: number, concurrency: number): Promise<Roles> {
  const child = fork(fileURLToPath(new URL("endpoint.ts", import.meta.url)), [String(latency)]);
  const [url] = (await once(child, "message")) as [string];
  const names = ["mutator", "target", "judge", "scorer"] as const;
  const environment = { ILLUME_API_KEY: "none" };
  const opened = await Promise.all(
    names.map((name) => openLanguageModel(`${url}#${name}`, { environment, concurrency: 4 * concurrency })),
  );
  const [mutator, target, judge, scorer] = opened as [LanguageModel, LanguageModel, LanguageModel, LanguageModel];
  return {
    mutator,
    target,
    judge: (recorded) => ({
      judge: pairwiseJudge({
        model: recorded(judge),
        question: "Which is more?",
        answer: "letter",
        stop: "first-wins",
      }),
      scorer: rubricJudge({ model: recorded(scorer), rubric: "1: not at all. 10: all the way." }),
    }),
    close: async () => {
      for (const model of opened) await model.close();
      child.disconnect();
    },
  };
}
