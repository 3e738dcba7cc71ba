/** How a run reaches its models: open in this process, or by workers who take the calls from a queue. */
import { parseModelId } from "../language-models/model-id.ts";
import { queueAddressOf, RunQueue } from "../runs/queue/run-queue.ts";
import { openRun } from "../runs/run-database.ts";
import type { RunStore } from "../runs/run-store.ts";
import type { CommandContext } from "./command-context.ts";
import { closeAll, type Models, openAll } from "./open-models.ts";
import { openQueueConnection, type QueueConnection } from "./queue-connection.ts";
import type { GateSettings } from "./success-gate.ts";

/** Models that are open here, or none and a queue. */
export interface ModelAccess {
  readonly models: Models;
  readonly queue?: QueueConnection;
}

/** What a new run is started with beside its configuration. */
export interface StartOptions {
  readonly gate?: GateSettings | undefined;
  /** Workers make the calls. */
  readonly queueUrl?: string | undefined;
}

/** All models, or the queue, before anything is made or changed, so that what is missing is told first. */
export async function openAccess(
  ids: readonly string[],
  options: {
    readonly threads: number;
    readonly concurrency: number;
    readonly queueUrl: string | undefined;
    /** Those that embed, whose names are those of models for embeddings. */
    readonly embedders?: readonly string[];
  },
  context: CommandContext,
): Promise<ModelAccess> {
  const { queueUrl, ...running } = options;
  if (queueUrl === undefined) return { models: await openAll(ids, running, context) };
  for (const id of ids) parseModelId(id);
  return { models: new Map(), queue: await openQueueConnection(queueUrl) };
}

/** The queue that a run goes on with: `wanted`, unless that is "none", else the one that it was last on. */
export function queueToGoOnWith(store: RunStore, wanted: string | undefined): string | undefined {
  return wanted === "none" ? undefined : (wanted ?? queueAddressOf(store));
}

/** The run's part of the queue; undefined without one. @param tell people, in one line each */
export function runQueueOf(
  { queue }: ModelAccess,
  options: { readonly store: RunStore; readonly signal: AbortSignal; readonly tell: (notice: string) => void },
): RunQueue | undefined {
  if (queue === undefined) return undefined;
  const { store, signal, tell } = options;
  const { jobs, address } = queue;
  tell(`Workers make the calls: illume worker --queue ${address}`);
  queue.listener = tell;
  return new RunQueue({ jobs, store, address, signal });
}

/**
 * Opens a run that was stopped, to go on with it, and its models; it is closed again where that fails.
 * @param prepare changes the settings where that is wanted, and opens the models
 */
export async function openToGoOn<Prepared>(
  directory: string,
  prepare: (store: RunStore) => Promise<Prepared>,
): Promise<Prepared & { readonly store: RunStore }> {
  const store = openRun({ directory, mode: "write" });
  try {
    return { ...(await prepare(store)), store };
  } catch (error) {
    store.close();
    throw error;
  }
}

/** Closes what is open where the work fails, and the queue in any case. */
export async function closingAfterFailure<Result>(access: ModelAccess, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    await closeAll(access.models);
    throw error;
  } finally {
    await access.queue?.jobs.close();
  }
}
