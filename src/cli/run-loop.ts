/** Runs a part of the closed loop for a command: run folder, lock, progress, Ctrl-C, summary. */
import { join, resolve } from "node:path";
import type { Configuration } from "../closed-loop/configuration.ts";
import { changeRunConfiguration, commandKey, runConfiguration, runOrigin } from "../closed-loop/run-configuration.ts";
import { createRun, openRun } from "../runs/run-database.ts";
import { newRunName } from "../runs/run-folders.ts";
import type { Json, RunStore } from "../runs/run-store.ts";
import type { CommandContext } from "./command-context.ts";
import { goingRun } from "./going-run.ts";
import { describeLoop, estimateLoop, type Loop, type LoopName, loopNames, loops } from "./loop-commands.ts";
import { printAccuracies } from "./run-summary.ts";
import { stoppedRun } from "./stopped-run.ts";
import { printGatedSummary } from "./success-gate.ts";
import { downloadDisplay } from "./terminal/download-display.ts";

/**
 * Starts a new run in a folder of its own.
 *
 * @param prepare puts into the new run what the loop needs to find there
 */
export async function startRun(
  name: LoopName,
  given: Configuration,
  context: CommandContext,
  prepare?: (store: RunStore) => void,
): Promise<void> {
  const configuration = withAbsolutePaths(given);
  await checkModel(name, configuration, context);
  const runName = newRunName({ root: configuration.output, purpose: name });
  const store = createRun({
    directory: join(configuration.output, runName),
    configuration: configuration as Json,
    state: { [commandKey]: name },
  });
  prepare?.(store);
  await runLoop({ name, loop: loops[name], configuration, store, context });
}

/**
 * Goes on with a run that was stopped.
 *
 * @param change the settings to go on with, made of those that it had
 */
export async function continueRun(
  directory: string,
  context: CommandContext,
  change: (configuration: Configuration) => Configuration = (configuration) => configuration,
): Promise<void> {
  const store = openRun({ directory, mode: "write" });
  let name: LoopName;
  let configuration: Configuration;
  try {
    configuration = change(runConfiguration(store));
    changeRunConfiguration(store, configuration);
    const { command } = runOrigin(store);
    name = loopNames.find((known) => known === command) ?? "improve";
    await checkModel(name, configuration, context);
  } catch (error) {
    store.close();
    throw error;
  }
  await runLoop({ name, loop: loops[name], configuration, store, context });
}

/** The run can be gone on with from another folder. */
function withAbsolutePaths(configuration: Configuration): Configuration {
  const { gsm8k } = configuration.measure;
  if (gsm8k === undefined) return configuration;
  return { ...configuration, measure: { ...configuration.measure, gsm8k: resolve(gsm8k) } };
}

/**
 * Reads the model before a run is begun or gone on with, so that nothing is made or changed where it cannot be used. One
 * that runs elsewhere is opened, which sends nothing and finds that a key or a package is missing.
 */
async function checkModel(name: LoopName, configuration: Configuration, { terminal }: CommandContext): Promise<void> {
  const [{ unknownPrice }, { priceOf }, { checkTestSets }, { readTarget, requireTeachable }, { domainNamed }] =
    await Promise.all([
      import("../language-models/calls/budget.ts"),
      import("../language-models/calls/price.ts"),
      import("../closed-loop/examinations.ts"),
      import("../closed-loop/targets/target.ts"),
      import("../closed-loop/domains.ts"),
    ]);
  const { calls, model } = configuration;
  if (calls.maxUsd !== undefined && priceOf(model, calls.price) === undefined) throw unknownPrice();
  if (name === "improve" || name === "measure") await checkTestSets(configuration);
  const downloads = downloadDisplay(terminal);
  const target = await readTarget(configuration, domainNamed(configuration.domain), downloads.update).finally(
    downloads.end,
  );
  if (name === "improve" || name === "learn") requireTeachable(target, configuration.model);
  else if (target.learn === undefined) await (await target.open()).close();
}

export interface RunLoopOptions {
  readonly name: LoopName;
  readonly loop: Loop;
  readonly configuration: Configuration;
  /** Closed when the loop has ended. */
  readonly store: RunStore;
  readonly context: CommandContext;
}

/**
 * Runs the loop in the store's run and prints what it found.
 *
 * @throws InterruptedError where a signal stopped it; whatever the loop throws
 */
export async function runLoop({ name, loop, configuration, store, context }: RunLoopOptions): Promise<void> {
  const going = { store, context, rounds: configuration.rounds, stops: "at the next safe point" };
  await goingRun(going, async ({ say, display, signal, resume, tellFolder }) => {
    say(`illume ${name}: ${describeLoop(name, configuration)}`);
    const estimate = await estimateLoop(name, configuration);
    if (estimate !== undefined) say(estimate);
    tellFolder();
    const { testSets } = await loop({ configuration, store, signal, onProgress: display.update });
    display.end(!signal.aborted);
    if (signal.aborted) throw stoppedRun(resume);
    if (testSets === undefined) await printGatedSummary(name, store, context);
    else printAccuracies(testSets, store, context);
  });
}
