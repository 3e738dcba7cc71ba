/** Runs a search over prompts for a command: models, run folder, estimate, progress, Ctrl-C, summary. */
import { basename, join, relative } from "node:path";
import { commandKey, runOrigin } from "../closed-loop/run-configuration.ts";
import { terminalLine, wrapToWidth } from "../core/terminal-text.ts";
import { readLabels } from "../judges/labels.ts";
import type { LanguageModel } from "../language-models/language-model.ts";
import type { SearchRunProgress } from "../rainbow-teaming/run/run-search.ts";
import type { SearchCalls, SearchConfiguration } from "../rainbow-teaming/run/search-configuration.ts";
import { namedFilesState } from "../runs/named-files.ts";
import type { RunQueue } from "../runs/queue/run-queue.ts";
import { createRun, openRun } from "../runs/run-database.ts";
import { newRunName } from "../runs/run-folders.ts";
import type { Json, RunStore } from "../runs/run-store.ts";
import type { CommandContext } from "./command-context.ts";
import { listenForInterruption } from "./interruption.ts";
import {
  closingAfterFailure,
  type ModelAccess,
  openAccess,
  queueToGoOnWith,
  runQueueOf,
  type StartOptions,
} from "./model-access.ts";
import { goOnCommand } from "./run-code.ts";
import { searchFacts } from "./search-facts.ts";
import { isStop, isUnfinished, stoppedRun } from "./stopped-run.ts";
import { gateState, printGatedSummary } from "./success-gate.ts";
import { spentText, tellEstimates } from "./tell-spending.ts";
import { wholeNumber } from "./terminal/numbers.ts";
import { progressDisplay } from "./terminal/progress-display.ts";
import { writeLines } from "./terminal/terminal.ts";

/** Whether a run's folder holds a search over prompts. */
export async function isRainbowRun(directory: string): Promise<boolean> {
  const { rainbowCommand } = await import("../rainbow-teaming/run/search-configuration.ts");
  const store = openRun({ directory, mode: "read" });
  try {
    return runOrigin(store).command === rainbowCommand;
  } finally {
    store.close();
  }
}

/** Starts a new run in a folder of its own below `output`. */
export async function startRainbow(
  configuration: SearchConfiguration,
  output: string,
  context: CommandContext,
  { gate, queueUrl }: StartOptions = {},
): Promise<void> {
  const { judgeLabelsKey } = await import("../rainbow-teaming/run/judge-labels.ts");
  const labels = configuration.judgeLabels === undefined ? undefined : await readLabels(configuration.judgeLabels);
  const access = await openModels(configuration, context, queueUrl);
  await closingAfterFailure(access, async () => {
    const { rainbowCommand } = await import("../rainbow-teaming/run/search-configuration.ts");
    const store = createRun({
      directory: join(output, newRunName({ root: output, purpose: "search" })),
      configuration: configuration as unknown as Json,
      state: {
        [commandKey]: rainbowCommand,
        ...(labels !== undefined && { [judgeLabelsKey]: labels as unknown as Json }),
        ...namedFilesState(configuration),
        ...gateState(gate),
      },
    });
    await run({ configuration, access, store, context });
  });
}

/** Goes on with a run that was stopped; `change` gives the caps and the cache to go on with. @param queueUrl see queueToGoOnWith */
export async function continueRainbow(
  directory: string,
  context: CommandContext,
  change: (calls: SearchCalls) => SearchCalls,
  queueUrl?: string,
): Promise<void> {
  const { changeSearchCalls, searchConfiguration } = await import("../rainbow-teaming/run/search-configuration.ts");
  const store = openRun({ directory, mode: "write" });
  let [configuration, access]: [SearchConfiguration?, ModelAccess?] = [];
  try {
    changeSearchCalls(store, change(searchConfiguration(store).calls));
    configuration = searchConfiguration(store);
    const { searchRemaining } = await import("../rainbow-teaming/run/search-remaining.ts");
    if (searchRemaining(store, configuration).complete) {
      writeLines(context.terminal.remarks, ["This search is complete: nothing is asked again."]);
      await printGatedSummary("search", store, context);
      store.close();
      return;
    }
    access = await openModels(configuration, context, queueToGoOnWith(store, queueUrl));
  } catch (error) {
    store.close();
    throw error;
  }
  const [settings, opened] = [configuration, access];
  await closingAfterFailure(opened, () => run({ configuration: settings, access: opened, store, context }));
}

async function openModels(
  configuration: SearchConfiguration,
  context: CommandContext,
  queueUrl: string | undefined,
): Promise<ModelAccess> {
  const { embeddingRoles, modelOfRole, roles } = await import("../rainbow-teaming/run/role-models.ts");
  const { calls, threads } = configuration;
  const ids = roles.flatMap((role) => modelOfRole(configuration, role) ?? []);
  const embedders = embeddingRoles.flatMap((role) => modelOfRole(configuration, role) ?? []);
  return openAccess(ids, { threads, concurrency: calls.concurrency, queueUrl, embedders }, context);
}

interface RunOptions {
  readonly configuration: SearchConfiguration;
  readonly access: ModelAccess;
  /** Closed when the run has ended. */
  readonly store: RunStore;
  readonly context: CommandContext;
}

async function run({ configuration, access, store, context }: RunOptions): Promise<void> {
  const { terminal } = context;
  const resume = goOnCommand(store);
  const say = (text: string, command?: string) =>
    writeLines(terminal.remarks, [
      ...wrapToWidth(terminalLine(text), terminal.columns),
      ...(command === undefined ? [] : [`  ${command}`]),
    ]);
  const display = progressDisplay({ terminal, rounds: 1 });
  let queue: RunQueue | undefined;
  const interruption = listenForInterruption(() =>
    display.remark("Stopping after the calls under way; Ctrl-C again ends at once."),
  );
  try {
    const { domain, iterations, heldOutJudge } = configuration;
    say(
      `illume search ${domain.name}: ${wholeNumber(iterations)} iterations for prompts that ${configuration.target} handles badly.`,
    );
    const [{ estimateSearch }, { labelsToMeasureBy }] = await Promise.all([
      import("../rainbow-teaming/run/search-estimate.ts"),
      import("../rainbow-teaming/run/judge-labels.ts"),
    ]);
    tellEstimates(await estimateSearch(configuration, labelsToMeasureBy(store)), say);
    if (heldOutJudge === undefined) say(noHeldOutJudge);
    say(`Run folder: ${relative(process.cwd(), store.directory) || "."}. Ctrl-C stops it; it goes on with`, resume);
    queue = runQueueOf(access, { store, signal: interruption.signal, tell: display.remark });
    const { runSearch } = await import("../rainbow-teaming/run/run-search.ts");
    const tell = progressTeller(configuration);
    await runSearch({
      configuration,
      store,
      open: async (id) => access.models.get(id) as LanguageModel,
      queue,
      signal: interruption.signal,
      onProgress: (progress) => display.update(tell(progress)),
    });
    display.end(true);
    await printGatedSummary("search", store, context);
  } catch (error) {
    display.end();
    if (interruption.signal.aborted && isStop(error)) {
      throw stoppedRun(resume);
    }
    if (isUnfinished(error)) {
      say(`What was done before is kept in ${basename(store.directory)}; it goes on with`, resume);
    }
    throw error;
  } finally {
    await queue?.close();
    interruption.end();
    store.close();
  }
}

const noHeldOutJudge =
  "Warning: no --held-out-judge. The search's own judge alone says how good the result is, and a search finds that judge's mistakes too.";

/** A run's progress as the display takes it. */
function progressTeller({ iterations }: SearchConfiguration) {
  let from: { readonly done: number; readonly time: number } | undefined;
  return (progress: SearchRunProgress) => {
    if (progress.phase !== "search") return { ...progress, round: 0 };
    const now = performance.now();
    const { iterations: done, coverage } = progress;
    from ??= { done, time: now };
    const seconds = (now - from.time) / 1000;
    const secondsLeft = done > from.done ? (seconds / (done - from.done)) * (iterations - done) : undefined;
    return {
      phase: progress.phase,
      round: 0,
      done,
      total: iterations,
      coverage,
      facts: [...searchFacts(progress), spentText(progress.spent)],
      ...(secondsLeft !== undefined && { secondsLeft }),
    };
  };
}
