/** Runs an attack with known prompts for a command: models, run folder, estimate, progress, Ctrl-C, summary. */
import { basename, join, relative } from "node:path";
import { commandKey, runOrigin } from "../closed-loop/run-configuration.ts";
import { terminalLine, wrapToWidth } from "../core/terminal-text.ts";
import type { LanguageModel } from "../language-models/language-model.ts";
import type { SourcePrompt } from "../rainbow-teaming/attack/attack-archive.ts";
import type { AttackConfiguration } from "../rainbow-teaming/attack/attack-configuration.ts";
import type { AttackRunProgress } from "../rainbow-teaming/attack/run-attack.ts";
import type { SearchCalls } from "../rainbow-teaming/run/search-configuration.ts";
import { namedFilesState } from "../runs/named-files.ts";
import type { RunQueue } from "../runs/queue/run-queue.ts";
import { createRun, openRun } from "../runs/run-database.ts";
import { newRunName } from "../runs/run-folders.ts";
import type { Json, RunStore } from "../runs/run-store.ts";
import { readArchive } from "./attack-flags.ts";
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
import { closeAll } from "./open-models.ts";
import { goOnCommand } from "./run-code.ts";
import { isStop, isUnfinished, stoppedRun } from "./stopped-run.ts";
import { gateState, printGatedSummary } from "./success-gate.ts";
import { spentText, tellEstimates } from "./tell-spending.ts";
import { wholeNumber } from "./terminal/numbers.ts";
import { progressDisplay } from "./terminal/progress-display.ts";
import { writeLines } from "./terminal/terminal.ts";

/** Whether a run's folder holds an attack. */
export async function isAttackRun(directory: string): Promise<boolean> {
  const { attackCommand } = await import("../rainbow-teaming/attack/attack-configuration.ts");
  const store = openRun({ directory, mode: "read" });
  try {
    return runOrigin(store).command === attackCommand;
  } finally {
    store.close();
  }
}

/** Starts a new attack in a folder of its own below `output`. */
export async function startAttack(
  configuration: AttackConfiguration,
  output: string,
  context: CommandContext,
  { gate, queueUrl }: StartOptions = {},
): Promise<void> {
  const [{ attackCommand }, { keepPrompts }] = await Promise.all([
    import("../rainbow-teaming/attack/attack-configuration.ts"),
    import("../rainbow-teaming/attack/attack-archive.ts"),
  ]);
  const prompts = await readPrompts(configuration);
  const access = await openModels(configuration, context, queueUrl);
  await closingAfterFailure(access, async () => {
    const store = createRun({
      directory: join(output, newRunName({ root: output, purpose: "attack" })),
      configuration: configuration as unknown as Json,
      state: { [commandKey]: attackCommand, ...namedFilesState(configuration), ...gateState(gate) },
    });
    keepPrompts(store, prompts);
    await run({ configuration, access, store, context });
  });
}

/** Goes on with an attack that was stopped; `change` gives the caps and the cache to go on with. @param queueUrl see queueToGoOnWith */
export async function continueAttack(
  directory: string,
  context: CommandContext,
  change: (calls: SearchCalls) => SearchCalls,
  queueUrl?: string,
): Promise<void> {
  const { attackConfiguration, changeAttackCalls } = await import("../rainbow-teaming/attack/attack-configuration.ts");
  const store = openRun({ directory, mode: "write" });
  let [configuration, access]: [AttackConfiguration?, ModelAccess?] = [];
  try {
    changeAttackCalls(store, change(attackConfiguration(store).calls));
    configuration = attackConfiguration(store);
    access = await openModels(configuration, context, queueToGoOnWith(store, queueUrl));
  } catch (error) {
    store.close();
    throw error;
  }
  const [settings, opened] = [configuration, access];
  await closingAfterFailure(opened, () => run({ configuration: settings, access: opened, store, context }));
}

/** What is put of each archive. Throws InvalidArgumentError where there is nothing to put. */
async function readPrompts({ archives, onlySuccesses }: AttackConfiguration): Promise<(readonly SourcePrompt[])[]> {
  const { chosenPrompts } = await import("../rainbow-teaming/attack/attack-archive.ts");
  const chosen: (readonly SourcePrompt[])[] = [];
  for (const { source } of archives) chosen.push(chosenPrompts(await readArchive(source), onlySuccesses));
  return chosen;
}

function openModels(
  { archives, targets, threads, calls }: AttackConfiguration,
  context: CommandContext,
  queueUrl: string | undefined,
): Promise<ModelAccess> {
  const judges = archives.flatMap(({ judged }) => {
    if (judged.kind === "verifier") return [];
    const oracle = judged.domain.judge.kind === "oracle" ? judged.oracle : undefined;
    return [judged.judge, oracle, judged.heldOutJudge].flatMap((id) => id ?? []);
  });
  return openAccess([...targets, ...judges], { threads, concurrency: calls.concurrency, queueUrl }, context);
}

interface RunOptions {
  readonly configuration: AttackConfiguration;
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
    const [{ runAttack }, { estimateAttack }, { keptPrompts }, { verifiedProblems }] = await Promise.all([
      import("../rainbow-teaming/attack/run-attack.ts"),
      import("../rainbow-teaming/attack/attack-estimate.ts"),
      import("../rainbow-teaming/attack/attack-archive.ts"),
      import("../closed-loop/attack-problems.ts"),
    ]);
    const { archives, targets } = configuration;
    const prompts = keptPrompts(store, archives.length) ?? (await readPrompts(configuration));
    const count = prompts.reduce((sum, { length }) => sum + length, 0);
    say(
      `illume attack: ${wholeNumber(count)} prompts of ${archives.length === 1 ? archives[0]?.name : `${archives.length} archives`} against ${targets.join(", ")}.`,
    );
    tellEstimates(await estimateAttack({ configuration, prompts, verified: verifiedProblems }), say);
    if (archives.some(({ judged }) => judged.kind === "models" && judged.heldOutJudge === undefined)) {
      say(noHeldOutJudge);
    }
    say(`Run folder: ${relative(process.cwd(), store.directory) || "."}. Ctrl-C stops it; it goes on with`, resume);
    queue = runQueueOf(access, { store, signal: interruption.signal, tell: display.remark });
    const tell = progressTeller();
    await runAttack({
      configuration,
      store,
      readPrompts: async () => prompts,
      open: async (id) => access.models.get(id) as LanguageModel,
      queue,
      verified: verifiedProblems,
      signal: interruption.signal,
      onProgress: (progress) => display.update(tell(progress)),
    });
    display.end(true);
    await printGatedSummary("attack", store, context);
  } catch (error) {
    display.end();
    if (interruption.signal.aborted && isStop(error)) throw stoppedRun(resume);
    if (isUnfinished(error)) {
      say(`What was done before is kept in ${basename(store.directory)}; it goes on with`, resume);
    }
    throw error;
  } finally {
    await queue?.close();
    interruption.end();
    store.close();
    await closeAll(access.models);
  }
}

const noHeldOutJudge =
  "Warning: no --held-out-judge. The judge of the search alone says what transfers, and prompts were chosen by that judge's mistakes too.";

/** An attack's progress as the display takes it. */
function progressTeller() {
  let from: { readonly done: number; readonly time: number } | undefined;
  return ({ phase, done, total, target, spent }: AttackRunProgress) => {
    if (phase !== "attack") return { phase, round: 0, done, total, facts: [spentText(spent)] };
    const now = performance.now();
    from ??= { done, time: now };
    const seconds = (now - from.time) / 1000;
    const secondsLeft = done > from.done ? (seconds / (done - from.done)) * (total - done) : undefined;
    return {
      phase,
      round: 0,
      done,
      total,
      facts: [...(target === undefined ? [] : [terminalLine(target)]), spentText(spent)],
      ...(secondsLeft !== undefined && { secondsLeft }),
    };
  };
}
