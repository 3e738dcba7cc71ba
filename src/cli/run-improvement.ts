/** Runs an improvement on prompts for a command: models, run folder, estimate, progress, Ctrl-C, summary. */
import { basename, join, relative } from "node:path";
import { commandKey, runOrigin, sourceKey } from "../closed-loop/run-configuration.ts";
import { CorruptFileError } from "../core/errors/corrupt-file-error.ts";
import { IllumeError } from "../core/errors/illume-error.ts";
import { InvalidArgumentError } from "../core/errors/invalid-argument-error.ts";
import { programCommand } from "../core/program-command.ts";
import { terminalLine, wrapToWidth } from "../core/terminal-text.ts";
import { unknownPrice } from "../language-models/calls/budget.ts";
import { addSpending, noSpending } from "../language-models/calls/call-cost.ts";
import { describeEstimate } from "../language-models/calls/call-estimate.ts";
import { describeSpending } from "../language-models/calls/describe-spending.ts";
import { priceOf } from "../language-models/calls/price.ts";
import { parseModelId } from "../language-models/model-id.ts";
import type {
  ChangedSettings,
  ImprovementConfiguration,
} from "../rainbow-teaming/improve/improvement-configuration.ts";
import type { ImprovementProgress } from "../rainbow-teaming/improve/improvement-context.ts";
import type { FailedPrompt } from "../rainbow-teaming/improve/make-lessons.ts";
import { namedFilesState } from "../runs/named-files.ts";
import { createRun, openRun } from "../runs/run-database.ts";
import { newRunName } from "../runs/run-folders.ts";
import type { Json, RunStore } from "../runs/run-store.ts";
import type { CommandContext } from "./command-context.ts";
import { listenForInterruption } from "./interruption.ts";
import { ModelPool } from "./model-pool.ts";
import { openToAsk } from "./open-to-ask.ts";
import { openToTeach } from "./open-to-teach.ts";
import { goOnCommand } from "./run-code.ts";
import { runReference } from "./run-directory.ts";
import { printSummary } from "./run-summary.ts";
import { searchFacts } from "./search-facts.ts";
import { isStop, stoppedRun } from "./stopped-run.ts";
import { wholeNumber } from "./terminal/numbers.ts";
import { progressDisplay } from "./terminal/progress-display.ts";
import { writeLines } from "./terminal/terminal.ts";

/** Whether a run's folder holds an improvement on prompts. */
export async function isImprovementRun(directory: string): Promise<boolean> {
  const { isImprovementCommand } = await import("../rainbow-teaming/improve/improvement-configuration.ts");
  const store = openRun({ directory, mode: "read" });
  try {
    return isImprovementCommand(runOrigin(store).command);
  } finally {
    store.close();
  }
}

/** What a run of lessons alone begins with. */
export interface LessonSource {
  readonly directory: string;
  readonly prompts: readonly FailedPrompt[];
}

/**
 * Starts a new run in a folder of its own below `output`; nothing is made where a model or a file cannot be used.
 * @param source the search whose prompts are learnt from; default: searches of the run's own
 */
export async function startImprovement(
  configuration: ImprovementConfiguration,
  output: string,
  context: CommandContext,
  source?: LessonSource,
): Promise<void> {
  const work = await checkFiles(configuration);
  const pool = poolOf(configuration, context);
  try {
    await checkModels(configuration, pool, context, source !== undefined);
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
    await run({ configuration, pool, store, context, ...work });
  } finally {
    await pool.release();
  }
}

/**
 * Goes on with a run that was stopped, or that waits for its trained target.
 * @param after the id of a model that was trained on the run's lessons
 */
export async function continueImprovement(
  directory: string,
  context: CommandContext,
  change: (before: ChangedSettings, target: string) => ChangedSettings = (before) => before,
  after?: string,
): Promise<void> {
  const [{ changeImprovement, improvementConfiguration }, { addTrainedTarget, stateKeys }] = await Promise.all([
    import("../rainbow-teaming/improve/improvement-configuration.ts"),
    import("../rainbow-teaming/improve/improve-prompts.ts"),
  ]);
  const store = openRun({ directory, mode: "write" });
  let opened: { readonly configuration: ImprovementConfiguration; readonly pool: ModelPool } | undefined;
  try {
    const { search, learning } = improvementConfiguration(store);
    changeImprovement(store, change({ calls: search.calls, learning }, search.target));
    const configuration = improvementConfiguration(store);
    opened = { configuration, pool: poolOf(configuration, context) };
    if (after !== undefined) {
      requireLessons(store.state(stateKeys.taught) !== undefined, directory);
      await opened.pool.model(after);
      addTrainedTarget(store, after);
    }
  } catch (error) {
    store.close();
    await opened?.pool.release();
    throw error;
  }
  try {
    await run({ ...opened, store, context });
  } finally {
    await opened.pool.release();
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

function poolOf({ search }: ImprovementConfiguration, { terminal }: CommandContext): ModelPool {
  const { threads, calls } = search;
  return new ModelPool((id) => openToAsk(id, terminal, { threads, concurrency: calls.concurrency }));
}

/** Reads the files that are needed later, so that what is wrong with them is told before anything is paid. */
async function checkFiles({ ability, abilityRows, ordinary, lessons, search }: ImprovementConfiguration) {
  const [{ readAbilityRows }, { readOrdinaryRows }] = await Promise.all([
    import("../rainbow-teaming/improve/ability.ts"),
    import("../rainbow-teaming/improve/training-rows.ts"),
  ]);
  if (ordinary !== undefined) await readOrdinaryRows(ordinary, lessons, []);
  const rows = ability === undefined ? search.domain.improve?.ability : await readAbilityRows(ability, abilityRows);
  return { abilityPrompts: rows?.length ?? 0 };
}

/** All models before anything is made, so that a missing key, package or file is told first. */
async function checkModels(
  configuration: ImprovementConfiguration,
  pool: ModelPool,
  { terminal }: CommandContext,
  learnsOnly: boolean,
): Promise<void> {
  const { modelOfRole, roles } = await import("../rainbow-teaming/run/role-models.ts");
  const { search, teacher, train } = configuration;
  const needed = learnsOnly ? (["judge", "oracle"] as const) : roles;
  const ids = [...new Set([teacher, ...needed.flatMap((role) => modelOfRole(search, role) ?? [])])];
  for (const id of ids) parseModelId(id);
  const { maxUsd, price } = search.calls;
  if (maxUsd !== undefined && ids.some((id) => priceOf(id, price) === undefined)) throw unknownPrice();
  if (train === "here") await openToTeach(search.target, terminal);
  for (const id of ids) await pool.model(id);
}

interface RunOptions {
  readonly configuration: ImprovementConfiguration;
  readonly pool: ModelPool;
  /** Closed when the run has ended. */
  readonly store: RunStore;
  readonly context: CommandContext;
  /** Of a new run, for its estimate. */
  readonly abilityPrompts?: number;
}

async function run({ configuration, pool, store, context, abilityPrompts }: RunOptions): Promise<void> {
  const { terminal } = context;
  const resume = goOnCommand(store);
  const say = (text: string, command?: string) =>
    writeLines(terminal.remarks, [
      ...wrapToWidth(terminalLine(text), terminal.columns),
      ...(command === undefined ? [] : [`  ${command}`]),
    ]);
  const { search, archives } = configuration;
  const display = progressDisplay({ terminal, rounds: archives });
  const interruption = listenForInterruption(() =>
    display.remark("Stopping after what is under way; Ctrl-C again ends at once."),
  );
  try {
    const [{ improvePrompts, learnPrompts, stateKeys }, { improvementCommands }, { improvementCalls }] =
      await Promise.all([
        import("../rainbow-teaming/improve/improve-prompts.ts"),
        import("../rainbow-teaming/improve/improvement-configuration.ts"),
        import("../rainbow-teaming/improve/improvement-spending.ts"),
      ]);
    const learnsOnly = runOrigin(store).command === improvementCommands.learn;
    const command = learnsOnly ? "learn" : "improve";
    say(`illume ${command} ${search.domain.name}: ${describe(configuration, learnsOnly)}`);
    if (abilityPrompts !== undefined) {
      const collected = store.state(stateKeys.collected) as { readonly training: readonly unknown[] } | undefined;
      const prompts = collected && { prompts: collected.training.length };
      await tellEstimate(configuration, { ability: abilityPrompts, learnsOnly, ...prompts }, say);
      if (search.heldOutJudge === undefined && !learnsOnly) say(noHeldOutJudge);
    }
    say(`Run folder: ${relative(process.cwd(), store.directory) || "."}. Ctrl-C stops it; it goes on with`, resume);
    const tell = progressTeller(configuration);
    const result = await (learnsOnly ? learnPrompts : improvePrompts)({
      configuration,
      store,
      open: (id) => pool.model(id),
      openTrainable: (id) => openToTeach(id, terminal),
      releaseModels: () => pool.release(),
      signal: interruption.signal,
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
        ...(learnsOnly ? [] : ["and go on with", `  ${afterCommand(store.directory)}`]),
      ]);
    } else if (result.state === "review") {
      const commands = result.searches.map((folder) => `  ${programCommand} review ${runReference(folder)}`);
      writeLines(terminal.results, ["", "Look at what was found, then go on", ...commands, `  ${resume}`]);
    } else if (learnsOnly) writeLines(terminal.results, [`Model: ${terminalLine(result.target)}`]);
  } catch (error) {
    display.end();
    if (interruption.signal.aborted && isStop(error)) throw stoppedRun(resume);
    if (error instanceof IllumeError && !(error instanceof CorruptFileError)) {
      say(`What was done before is kept in ${basename(store.directory)}; it goes on with`, resume);
    }
    throw error;
  } finally {
    interruption.end();
    store.close();
  }
}

function afterCommand(directory: string): string {
  return `${programCommand} improve --after ID ${runReference(directory)}`;
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

const noHeldOutJudge =
  "Warning: no --held-out-judge. The search's own judge alone says how good the result is, and it also chooses the lessons.";

function describe(configuration: ImprovementConfiguration, learnsOnly: boolean): string {
  const { search, archives, heldOutArchives, lessons, train } = configuration;
  const what = lessons === "sft" ? "answers" : "preferences";
  const taught = train === "here" ? `${search.target} learns ${what}` : `${what} are written for ${search.target}`;
  if (learnsOnly) return `${taught}, from what a search found.`;
  return `${archives} searches of ${wholeNumber(search.iterations)} iterations, ${heldOutArchives} held out; ${taught}; measured before and after.`;
}

/** One line a phase and role, and their sum. */
async function tellEstimate(
  configuration: ImprovementConfiguration,
  work: { readonly ability: number; readonly learnsOnly: boolean; readonly prompts?: number },
  say: (text: string) => void,
): Promise<void> {
  const { estimateImprovement } = await import("../rainbow-teaming/improve/improvement-estimate.ts");
  const estimates = await estimateImprovement(configuration, work);
  say("Estimate, recorded calls free, repeats after failures not counted:");
  for (const { phase, role, model, cost, price } of estimates) {
    say(`  ${phase}, ${role} ${model}: ${describeEstimate(cost, price)}`);
  }
  const total = estimates.reduce((sum, { cost }) => addSpending(sum, cost), noSpending);
  say(`  together up to ${describeSpending(total)}`);
}

/** A run's progress as the display takes it; the searches are its rounds. */
function progressTeller(configuration: ImprovementConfiguration) {
  return (progress: ImprovementProgress) => {
    if (!("search" in progress)) return { ...progress, round: 0 };
    const { phase, name, search } = progress;
    const round = phase === "search" ? searchNumber(configuration, name) : 0;
    if (search.phase !== "search") return { ...search, round };
    return {
      phase,
      round,
      done: search.iterations,
      total: configuration.search.iterations,
      coverage: search.coverage,
      facts: [name.replaceAll("-", " "), ...searchFacts(search), `${wholeNumber(search.spent.calls)} calls`],
    };
  };
}

/** From 1; searches that are learnt from come first. */
function searchNumber({ archives, heldOutArchives }: ImprovementConfiguration, name: string): number {
  const number = Number(/\d+$/u.exec(name)?.[0] ?? 1);
  return name.startsWith("held-out") ? archives - heldOutArchives + number : number;
}
