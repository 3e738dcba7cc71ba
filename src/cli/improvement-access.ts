/** How an improvement on prompts reaches its models: open in this process, or by workers who take the calls from a queue. */
import { parseModelId } from "../language-models/model-id.ts";
import type { ImprovementConfiguration } from "../rainbow-teaming/improve/improvement-configuration.ts";
import { RunQueue } from "../runs/queue/run-queue.ts";
import type { RunStore } from "../runs/run-store.ts";
import type { CommandContext } from "./command-context.ts";
import { ModelPool } from "./model-pool.ts";
import { openToAsk } from "./open-to-ask.ts";
import { openQueueConnection, type QueueConnection } from "./queue-connection.ts";

/** How a run reaches its models: those that are opened here, and workers for the others where there is a queue. */
export interface ImprovementAccess {
  readonly pool: ModelPool;
  readonly queue: QueueConnection | undefined;
}

/** Throws as openQueueConnection does. */
export async function openAccess(
  { search }: ImprovementConfiguration,
  { terminal }: CommandContext,
  queueUrl: string | undefined,
): Promise<ImprovementAccess> {
  const { embeddingRoles, modelOfRole } = await import("../rainbow-teaming/run/role-models.ts");
  const { threads, calls } = search;
  const embedders = embeddingRoles.map((role) => modelOfRole(search, role));
  const pool = new ModelPool((id) => {
    const parsed = parseModelId(id);
    const embeds = embedders.includes(id) && "name" in parsed && { embeddingModel: parsed.name };
    return openToAsk(id, terminal, { threads, concurrency: calls.concurrency, ...embeds });
  });
  return { pool, queue: queueUrl === undefined ? undefined : await openQueueConnection(queueUrl) };
}

/** Closes all models, and the queue. */
export async function closeAccess({ pool, queue }: ImprovementAccess): Promise<void> {
  await pool.release();
  await queue?.jobs.close();
}

/** The queues of the run and its parts; the run keeps the address from the start. */
export async function queuesOf(
  { queue }: ImprovementAccess,
  store: RunStore,
  signal: AbortSignal,
  tell: (notice: string) => void,
): Promise<((store: RunStore) => RunQueue) | undefined> {
  if (queue === undefined) return undefined;
  const { jobs, address } = queue;
  const queueOf = (of: RunStore) => new RunQueue({ jobs, store: of, address, signal });
  await queueOf(store).close();
  tell(`Workers make the calls, except those of a target that is trained here: illume worker --queue ${address}`);
  queue.listener = tell;
  return queueOf;
}
