/** Runs an improvement on prompts for a command: models, run folder, estimate, progress, Ctrl-C, summary. */
import { join, relative } from "node:path";
import { commandKey, runOrigin, sourceKey } from "../closed-loop/run-configuration.ts";
import { InvalidArgumentError } from "../core/errors/invalid-argument-error.ts";
import { programCommand } from "../core/program-command.ts";
import { terminalLine } from "../core/terminal-text.ts";
import { parseModelId } from "../language-models/model-id.ts";
import type {
  ChangedSettings,
  ImprovementConfiguration,
} from "../rainbow-teaming/improve/improvement-configuration.ts";
import type { EstimatedWork } from "../rainbow-teaming/improve/improvement-estimate.ts";
import type { FailedPrompt } from "../rainbow-teaming/improve/make-lessons.ts";
import { namedFiles, namedFilesState } from "../runs/named-files.ts";
import { createRun, openRun } from "../runs/run-database.ts";
import { newRunName } from "../runs/run-folders.ts";
import type { Json, RunStore } from "../runs/run-store.ts";
import { checkFiles, checkModels } from "./check-improvement.ts";
import type { CommandContext } from "./command-context.ts";
import { goingRun } from "./going-run.ts";
import { closeAccess, type ImprovementAccess, openAccess, queuesOf } from "./improvement-access.ts";
import {
  describeImprovement,
  improvementTeller,
  noHeldOutJudge,
  tellImprovementEstimate,
} from "./improvement-display.ts";
import { queueToGoOnWith } from "./model-access.ts";
import { openToTeach } from "./open-to-teach.ts";
import { runReference } from "./run-directory.ts";
import { commandOfRun } from "./run-kind.ts";
import { printSummary } from "./run-summary.ts";
import { writeLines } from "./terminal/terminal.ts";

/** Whether a run's folder holds an improvement on prompts. */
export async function isImprovementRun(directory: string): Promise<boolean> {
  const { isImprovementCommand } = await import("../rainbow-teaming/improve/improvement-configuration.ts");
  return isImprovementCommand(commandOfRun(directory));
}

/** What a run of lessons alone begins with. */
export interface LessonSource {
  readonly directory: string;
  readonly prompts: readonly FailedPrompt[];
}

/** How a new run begins. */
export interface ImprovementStart {
  /** The search whose prompts are learnt from; default: searches of the run's own. */
  readonly source?: LessonSource;
  /** Workers make the calls. */
  readonly queueUrl?: string | undefined;
}

/** Starts a new run in a folder of its own below `output`; nothing is made where a model or a file cannot be used. */
export async function startImprovement(
  configuration: ImprovementConfiguration,
  output: string,
  context: CommandContext,
  { source, queueUrl }: ImprovementStart = {},
): Promise<void> {
  const work = await checkFiles(configuration, source !== undefined);
  const access = await openAccess(configuration, context, queueUrl);
  try {
    const needs = { learnsOnly: source !== undefined, queued: queueUrl !== undefined };
    await checkModels(configuration, access.pool, context, needs);
    const [{ improvementCommands }, { stateKeys }] = await Promise.all([
      import("../rainbow-teaming/improve/improvement-configuration.ts"),
      import("../rainbow-teaming/improve/improve-prompts.ts"),
    ]);
    const purpose = source === undefined ? "improve" : "learn";
    const collected = source && { training: source.prompts, heldOut: [], shared: 0 };
    const store = createRun({
      directory: join(output, newRunName({ root: output, purpose })),
      configuration: configuration as unknown as Json,
      state: {
        [commandKey]: improvementCommands[purpose],
        ...namedFilesState(configuration),
        ...(source && { [sourceKey]: source.directory, [stateKeys.collected]: collected as unknown as Json }),
      },
    });
    await run({ configuration, access, store, context, ...work });
  } finally {
    await closeAccess(access);
  }
}

/** With what a run is gone on with. */
export interface ImprovementContinuation {
  /** Default: everything as it was. */
  readonly change?: (before: ChangedSettings, target: string) => ChangedSettings;
  /** The id of a model that was trained on the run's lessons. */
  readonly after?: string;
  /** As queueToGoOnWith takes it. */
  readonly queueUrl?: string | undefined;
}

/** Goes on with a run that was stopped, or that waits for its trained target. */
export async function continueImprovement(
  directory: string,
  context: CommandContext,
  { change = (before) => before, after, queueUrl }: ImprovementContinuation = {},
): Promise<void> {
  const [{ changeImprovement, improvementConfiguration }, { addTrainedTarget, stateKeys }] = await Promise.all([
    import("../rainbow-teaming/improve/improvement-configuration.ts"),
    import("../rainbow-teaming/improve/improve-prompts.ts"),
  ]);
  const store = openRun({ directory, mode: "write" });
  let opened: { readonly configuration: ImprovementConfiguration; readonly access: ImprovementAccess } | undefined;
  try {
    const { search, learning } = improvementConfiguration(store);
    changeImprovement(store, change({ calls: search.calls, learning }, search.target));
    const configuration = improvementConfiguration(store);
    opened = { configuration, access: await openAccess(configuration, context, queueToGoOnWith(store, queueUrl)) };
    if (after !== undefined) {
      requireLessons(store.state(stateKeys.taught) !== undefined, directory);
      if (opened.access.queue === undefined) await opened.access.pool.model(after);
      else parseModelId(after);
      addTrainedTarget(store, after);
    }
  } catch (error) {
    store.close();
    if (opened !== undefined) await closeAccess(opened.access);
    throw error;
  }
  try {
    await run({ ...opened, store, context });
  } finally {
    await closeAccess(opened.access);
  }
}

function requireLessons(written: boolean, directory: string): void {
  if (written) return;
  throw new InvalidArgumentError({
    expected: "--after with a model that was trained on a run's lessons",
    received: `${directory}, whose lessons are not written yet`,
    remedy: `go on with it first: ${programCommand} resume ${runReference(directory)}`,
  });
}

interface RunOptions {
  readonly configuration: ImprovementConfiguration;
  readonly access: ImprovementAccess;
  /** Closed when the run has ended. */
  readonly store: RunStore;
  readonly context: CommandContext;
  /** Of a new run, for its estimate. */
  readonly estimated?: Pick<EstimatedWork, "ability" | "labels">;
}

async function run({ configuration, access, store, context, estimated }: RunOptions): Promise<void> {
  const { terminal } = context;
  const { search, archives } = configuration;
  const { pool } = access;
  const going = { store, context, rounds: archives, stops: "after what is under way" };
  await goingRun(going, async ({ say, display, signal, resume, tellFolder }) => {
    const [{ improvePrompts, learnPrompts, stateKeys }, { improvementCommands }, { improvementCalls }] =
      await Promise.all([
        import("../rainbow-teaming/improve/improve-prompts.ts"),
        import("../rainbow-teaming/improve/improvement-configuration.ts"),
        import("../rainbow-teaming/improve/improvement-spending.ts"),
      ]);
    const learnsOnly = runOrigin(store).command === improvementCommands.learn;
    const command = learnsOnly ? "learn" : "improve";
    say(`illume ${command} ${search.domain.name}: ${describeImprovement(configuration, learnsOnly)}`);
    if (estimated !== undefined) {
      const collected = store.state(stateKeys.collected) as { readonly training: readonly unknown[] } | undefined;
      const prompts = collected && { prompts: collected.training.length };
      await tellImprovementEstimate(configuration, { ...estimated, learnsOnly, ...prompts }, say);
      if (search.heldOutJudge === undefined && !learnsOnly) say(noHeldOutJudge);
    }
    tellFolder();
    const tell = improvementTeller(configuration);
    const queue = await queuesOf(access, store, signal, display.remark);
    const result = await (learnsOnly ? learnPrompts : improvePrompts)({
      configuration,
      store,
      open: (id) => pool.model(id),
      ...(queue && { queue }),
      openTrainable: (id) => openToTeach(id, terminal),
      releaseModels: () => pool.release(),
      signal,
      onProgress: (progress) => display.update(tell(progress)),
    });
    display.end(true);
    await writePartReports(store, configuration);
    const { spending, ...counts } = improvementCalls(store, configuration);
    await printSummary(command, store, context, { calls: { ...spending, ...counts } });
    const shown = (path: string) => relative(process.cwd(), path);
    if (result.state === "waiting") {
      const { scripts, files } = result;
      writeLines(terminal.results, [
        "",
        `Lessons: ${shown(files.openAi)}`,
        `         ${shown(files.trl)}`,
        "The target runs elsewhere; train it there, for example with",
        `  sh ${shown(scripts.openAi)}`,
        `  MODEL=ORG/REPO sh ${shown(scripts.trl)}`,
        ...(learnsOnly ? [] : ["and go on with", `  ${afterCommand(store)}`]),
      ]);
    } else if (result.state === "review") {
      const commands = result.searches.map((folder) => `  ${programCommand} review ${runReference(folder)}`);
      writeLines(terminal.results, ["", "Look at what was found, then go on", ...commands, `  ${resume}`]);
    } else if (learnsOnly) writeLines(terminal.results, [`Model: ${terminalLine(result.target)}`]);
  });
}

function afterCommand({ directory, configuration }: RunStore): string {
  const flag = namedFiles(configuration).length > 0 ? " --run-code" : "";
  return `${programCommand} improve --after ID ${runReference(directory)}${flag}`;
}

/** A report in the folder of each search, as the run's own report names them. */
async function writePartReports(store: RunStore, configuration: ImprovementConfiguration): Promise<void> {
  const [{ begunSearches, readPart, searchFolder }, { runToViewModel }, { writeReport }] = await Promise.all([
    import("../rainbow-teaming/improve/improvement-parts.ts"),
    import("../report/run-to-view-model.ts"),
    import("../report/render-report.ts"),
  ]);
  for (const name of begunSearches(store, configuration)) {
    const folder = searchFolder(store.directory, name);
    const viewModel = readPart(folder, runToViewModel);
    if (viewModel !== undefined) writeReport({ viewModel, file: join(folder, "report.html") });
  }
}
