/** The configuration of a stored run: what it was started with, and what was changed when it was gone on with. */
import { InvalidArgumentError } from "../core/errors/invalid-argument-error.ts";
import type { Json, RunStore } from "../runs/run-store.ts";
import { type Configuration, parseConfiguration } from "./configuration.ts";
import { settingsOf } from "./settings-of.ts";

const changedKey = "changed configuration";

/** States of a run that say which command began it ("improve"), and from which run it took what it teaches. */
export const commandKey = "command";
export const sourceKey = "source run";

export interface RunOrigin {
  readonly command: string;
  /** A run's folder. */
  readonly source: string | undefined;
}

/** How a run began; "improve" where a program made it. */
export function runOrigin(store: Pick<RunStore, "state">): RunOrigin {
  const [command, source] = [store.state(commandKey), store.state(sourceKey)];
  return {
    command: typeof command === "string" ? command : "improve",
    source: typeof source === "string" ? source : undefined,
  };
}

/** Settings that a run may go on with changed: they touch what is still to come, and nothing else. */
export const changeableSettings = [
  "learn.learningRate",
  "learn.warmupSteps",
  "learn.weightDecay",
  "learn.betas",
  "learn.clip",
  "learn.finalLearningRateShare",
  "learn.checkpointEvery",
  "calls.maxCalls",
  "calls.maxTokens",
  "calls.maxUsd",
  "calls.price",
  "calls.cache",
  "calls.concurrency",
] as const;

/** The settings with which a run goes on. Throws ConfigurationError for what this version of illume does not know. */
export function runConfiguration(store: Pick<RunStore, "configuration" | "state">): Configuration {
  return parseConfiguration(store.state(changedKey) ?? store.configuration);
}

/**
 * Goes on with other settings from here.
 * Throws InvalidArgumentError for a setting on which something depends that was done already.
 */
export function changeRunConfiguration(store: RunStore, changed: Configuration): void {
  const before = new Map(settingsOf(runConfiguration(store)).map(({ name, value }) => [name, value]));
  const changes = settingsOf(changed).filter(({ name, value }) => before.get(name) !== value);
  if (changes.length === 0) return;
  const refused = changes.find(({ name }) => !changeableSettings.some((changeable) => changeable === name));
  if (refused !== undefined) {
    throw new InvalidArgumentError({
      expected: `a run to go on with its own settings, except ${changeableSettings.join(", ")}`,
      received: `${refused.name} ${refused.value} in place of ${before.get(refused.name)}`,
      remedy: "start a new run with it",
    });
  }
  store.setState(changedKey, changed as unknown as Json);
}
