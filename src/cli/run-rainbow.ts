/** Runs a search over prompts for a command: models, run folder, estimate, progress, Ctrl-C, summary. */
import { join } from "node:path";
import { commandKey } from "../closed-loop/run-configuration.ts";
import { readLabels } from "../judges/labels.ts";
import type { LanguageModel } from "../language-models/language-model.ts";
import type { SearchRunProgress } from "../rainbow-teaming/run/run-search.ts";
import type { SearchCalls, SearchConfiguration } from "../rainbow-teaming/run/search-configuration.ts";
import { namedFilesState } from "../runs/named-files.ts";
import { createRun } from "../runs/run-database.ts";
import { newRunName } from "../runs/run-folders.ts";
import type { Json, RunStore } from "../runs/run-store.ts";
import type { CommandContext } from "./command-context.ts";
import { goingRun } from "./going-run.ts";
import {
  closingAfterFailure,
  type ModelAccess,
  openAccess,
  openToGoOn,
  queueToGoOnWith,
  runQueueOf,
  type StartOptions,
} from "./model-access.ts";
import { commandOfRun } from "./run-kind.ts";
import { searchFacts } from "./search-facts.ts";
import { gateState, printGatedSummary } from "./success-gate.ts";
import { spentText, tellEstimates } from "./tell-spending.ts";
import { wholeNumber } from "./terminal/numbers.ts";
import { writeLines } from "./terminal/terminal.ts";
import { timeLeft } from "./terminal/time-left.ts";

/** Whether a run's folder holds a search over prompts. */
export async function isRainbowRun(directory: string): Promise<boolean> {
  const { rainbowCommand } = await import("../rainbow-teaming/run/search-configuration.ts");
  return commandOfRun(directory) === rainbowCommand;
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
  const [{ changeSearchCalls, searchConfiguration }, { searchRemaining }] = await Promise.all([
    import("../rainbow-teaming/run/search-configuration.ts"),
    import("../rainbow-teaming/run/search-remaining.ts"),
  ]);
  const { access, ...opened } = await openToGoOn(directory, async (store) => {
    changeSearchCalls(store, change(searchConfiguration(store).calls));
    const configuration = searchConfiguration(store);
    const isComplete = searchRemaining(store, configuration).complete;
    const queue = queueToGoOnWith(store, queueUrl);
    return { configuration, access: isComplete ? undefined : await openModels(configuration, context, queue) };
  });
  if (access === undefined) return tellComplete(opened.store, context);
  await closingAfterFailure(access, () => run({ ...opened, access, context }));
}

async function tellComplete(store: RunStore, context: CommandContext): Promise<void> {
  try {
    writeLines(context.terminal.remarks, ["This search is complete: nothing is asked again."]);
    await printGatedSummary("search", store, context);
  } finally {
    store.close();
  }
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
  const going = { store, context, rounds: 1, stops: "after the calls under way" };
  await goingRun(going, async ({ say, display, signal, tellFolder }) => {
    const { domain, iterations, heldOutJudge } = configuration;
    say(
      `illume search ${domain.name}: ${wholeNumber(iterations)} iterations for prompts that ${configuration.target} handles badly.`,
    );
    const [{ estimateSearch }, { labelsToMeasureBy }, { runSearch }] = await Promise.all([
      import("../rainbow-teaming/run/search-estimate.ts"),
      import("../rainbow-teaming/run/judge-labels.ts"),
      import("../rainbow-teaming/run/run-search.ts"),
    ]);
    tellEstimates(await estimateSearch(configuration, labelsToMeasureBy(store)), say);
    if (heldOutJudge === undefined) say(noHeldOutJudge);
    tellFolder();
    const queue = runQueueOf(access, { store, signal, tell: display.remark });
    const tell = progressTeller(configuration);
    try {
      await runSearch({
        configuration,
        store,
        open: async (id) => access.models.get(id) as LanguageModel,
        queue,
        signal,
        onProgress: (progress) => display.update(tell(progress)),
      });
      display.end(true);
      await printGatedSummary("search", store, context);
    } finally {
      await queue?.close();
    }
  });
}

const noHeldOutJudge =
  "Warning: no --held-out-judge. The search's own judge alone says how good the result is, and a search finds that judge's mistakes too.";

/** A run's progress as the display takes it. */
function progressTeller({ iterations }: SearchConfiguration) {
  const left = timeLeft();
  return (progress: SearchRunProgress) => {
    if (progress.phase !== "search") return { ...progress, round: 0 };
    const { iterations: done, coverage } = progress;
    return {
      phase: progress.phase,
      round: 0,
      done,
      total: iterations,
      coverage,
      facts: [...searchFacts(progress), spentText(progress.spent)],
      ...left(done, iterations),
    };
  };
}
