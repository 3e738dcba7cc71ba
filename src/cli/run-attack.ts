/** Runs an attack with known prompts for a command: models, run folder, estimate, progress, Ctrl-C, summary. */
import { join } from "node:path";
import { commandKey } from "../closed-loop/run-configuration.ts";
import { terminalLine } from "../core/terminal-text.ts";
import type { LanguageModel } from "../language-models/language-model.ts";
import type { SourcePrompt } from "../rainbow-teaming/attack/attack-archive.ts";
import type { AttackConfiguration } from "../rainbow-teaming/attack/attack-configuration.ts";
import type { AttackRunProgress } from "../rainbow-teaming/attack/run-attack.ts";
import type { SearchCalls } from "../rainbow-teaming/run/search-configuration.ts";
import { namedFilesState } from "../runs/named-files.ts";
import { createRun } from "../runs/run-database.ts";
import { newRunName } from "../runs/run-folders.ts";
import type { Json, RunStore } from "../runs/run-store.ts";
import { readArchive } from "./attack-flags.ts";
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
import { closeAll } from "./open-models.ts";
import { commandOfRun } from "./run-kind.ts";
import { gateState, printGatedSummary } from "./success-gate.ts";
import { spentText, tellEstimates } from "./tell-spending.ts";
import { wholeNumber } from "./terminal/numbers.ts";
import { timeLeft } from "./terminal/time-left.ts";

/** Whether a run's folder holds an attack. */
export async function isAttackRun(directory: string): Promise<boolean> {
  const { attackCommand } = await import("../rainbow-teaming/attack/attack-configuration.ts");
  return commandOfRun(directory) === attackCommand;
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
  const opened = await openToGoOn(directory, async (store) => {
    changeAttackCalls(store, change(attackConfiguration(store).calls));
    const configuration = attackConfiguration(store);
    return { configuration, access: await openModels(configuration, context, queueToGoOnWith(store, queueUrl)) };
  });
  await closingAfterFailure(opened.access, () => run({ ...opened, context }));
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
  const going = { store, context, rounds: 1, stops: "after the calls under way" };
  await goingRun(going, async ({ say, display, signal, tellFolder }) => {
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
    tellFolder();
    const queue = runQueueOf(access, { store, signal, tell: display.remark });
    const tell = progressTeller();
    try {
      await runAttack({
        configuration,
        store,
        readPrompts: async () => prompts,
        open: async (id) => access.models.get(id) as LanguageModel,
        queue,
        verified: verifiedProblems,
        signal,
        onProgress: (progress) => display.update(tell(progress)),
      });
      display.end(true);
      await printGatedSummary("attack", store, context);
    } finally {
      await queue?.close();
    }
  }).finally(() => closeAll(access.models));
}

const noHeldOutJudge =
  "Warning: no --held-out-judge. The judge of the search alone says what transfers, and prompts were chosen by that judge's mistakes too.";

/** An attack's progress as the display takes it. */
function progressTeller() {
  const left = timeLeft();
  return ({ phase, done, total, target, spent }: AttackRunProgress) => {
    if (phase !== "attack") return { phase, round: 0, done, total, facts: [spentText(spent)] };
    return {
      phase,
      round: 0,
      done,
      total,
      facts: [...(target === undefined ? [] : [terminalLine(target)]), spentText(spent)],
      ...left(done, total),
    };
  };
}
