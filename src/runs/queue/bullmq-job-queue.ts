/**
 * A queue on redis, by BullMQ: a queue of its own for each lane, so that a worker takes the lanes that it can work on.
 *
 * A worker renews the lock of each job under way; the lock of a dead one's runs out, and whoever looks next puts the job
 * back. Both times follow from `lostAfter`: a lock lasts half of it, looks are a quarter apart, and a job must be seen
 * without its lock once after it was seen first.
 */
import { createHash } from "node:crypto";
import { within } from "../../core/within.ts";
import { optionalPackage } from "../../language-models/endpoints/optional-package.ts";
import { BullmqLane, idOf, keyOf } from "./bullmq-lane.ts";
import { workOnLane } from "./bullmq-work.ts";
import type { Job, JobOutcome, JobPlace, JobQueue, JobWork, JobWorker } from "./job-queue.ts";
import { openRedisLink, queuePackage, type RedisLink, type RedisLinkOptions } from "./redis-link.ts";

/** Where the queue is, and when its workers count as lost. */
export interface BullmqJobQueueOptions extends RedisLinkOptions {
  /** Seconds without a sign of life after which a worker's jobs go to others, at most (default 20). */
  readonly lostAfter?: number;
  /** What all keys in redis begin with (default "illume"). */
  readonly prefix?: string;
}

type Bullmq = typeof import("bullmq");

const day = 24 * 3600 * 1000;
/** Milliseconds between signs of a lane's use, and before someone is told that nobody works. */
const signInterval = 60_000;
const noWorkerAfter = 8000;
/** Milliseconds for leaving in order. */
const leaveWithin = 2000;

/** Connects. Throws MissingPackageError with what to install, QueueError where redis is out of reach. */
export async function openBullmqJobQueue(options: BullmqJobQueueOptions): Promise<JobQueue> {
  const bullmq = await optionalPackage(() => import("bullmq"), queuePackage("bullmq"));
  return new BullmqJobQueue(bullmq, await openRedisLink(options), options);
}

/** How something leaves redis: in order, or where it is away. */
interface Leaving {
  leave(): Promise<unknown>;
  abandon(): void;
}

class BullmqJobQueue implements JobQueue {
  readonly #bullmq: Bullmq;
  readonly #link: RedisLink;
  readonly #options: Required<Pick<BullmqJobQueueOptions, "lostAfter" | "prefix" | "onNotice">>;
  readonly #lanes = new Map<string, Promise<BullmqLane>>();
  readonly #signs = new Map<string, number>();
  readonly #closing: Leaving[] = [];

  constructor(bullmq: Bullmq, link: RedisLink, options: BullmqJobQueueOptions) {
    const { lostAfter = 20, prefix = "illume", onNotice = () => undefined } = options;
    this.#bullmq = bullmq;
    this.#link = link;
    this.#options = { lostAfter, prefix, onNotice };
  }

  async run(job: Job, { signal }: { readonly signal?: AbortSignal | undefined } = {}): Promise<JobOutcome> {
    const whileThere = <Result>(work: Promise<Result>) => this.#link.whileThere(work);
    await whileThere(this.#sign(job.lane));
    const lane = await whileThere(this.#lane(job.lane));
    return lane.run(job, signal, whileThere);
  }

  async kept(lane: string): Promise<readonly string[]> {
    const { queue } = await this.#lane(lane);
    const ids = await this.#link.whileThere(this.#link.client.zrange(queue.toKey("completed"), 0, -1));
    return ids.map(keyOf);
  }

  async forget(places: readonly JobPlace[]): Promise<void> {
    await this.#link.whileThere(
      Promise.all(places.map(async ({ lane, key }) => (await this.#lane(lane)).queue.remove(idOf(key)))),
    );
  }

  lanes(): Promise<readonly string[]> {
    return this.#link.whileThere(this.#link.client.zrangebyscore(this.#key("lanes"), Date.now() - day, "+inf"));
  }

  async decline(lane: string, reason: string): Promise<void> {
    await this.#link.whileThere(this.#link.client.set(this.#key("declined", lane), reason.slice(0, 500), "EX", 120));
  }

  async work(work: JobWork): Promise<JobWorker> {
    const { lostAfter, prefix } = this.#options;
    const worker = workOnLane({
      bullmq: this.#bullmq,
      client: this.#link.client,
      name: this.#name(work.lane),
      sign: this.#key("working", work.lane),
      prefix,
      lostAfter,
      work,
    });
    this.#closing.push({ leave: () => worker.close(), abandon: worker.abandon });
    return worker;
  }

  async close(): Promise<void> {
    const leaving = this.#closing.splice(0);
    const done = await within(Promise.allSettled(leaving.map(({ leave }) => leave())), leaveWithin);
    if (done === undefined) for (const { abandon } of leaving) abandon();
    this.#link.close();
  }

  #lane(lane: string): Promise<BullmqLane> {
    const opening = this.#lanes.get(lane) ?? this.#openLane(lane);
    this.#lanes.set(lane, opening);
    return opening;
  }

  async #openLane(lane: string): Promise<BullmqLane> {
    const [name, { prefix }] = [this.#name(lane), this.#options];
    const shared = { connection: this.#link.client, prefix };
    const queue = new this.#bullmq.Queue(name, { ...shared, streams: { events: { maxLen: 1000 } } });
    // The link tells of outages; without a listener they would be printed.
    queue.on("error", () => undefined);
    // From the end of the stream as it is now, so that nothing is missed until the reading begins.
    const [last] = await this.#link.client.xrevrange(queue.toKey("events"), "+", "-", "COUNT", 1);
    const events = new this.#bullmq.QueueEvents(name, { ...shared, lastEventId: last?.[0] ?? "0-0" });
    events.on("error", () => undefined);
    const opened = new BullmqLane({ queue, events, onWaiting: this.#waitingTeller(lane) });
    this.#closing.push({
      leave: async () => {
        opened.close();
        await Promise.allSettled([events.close(), queue.close()]);
      },
      abandon: () => void events.disconnect().catch(() => undefined),
    });
    return opened;
  }

  /** Says now and then that a lane is in use. */
  async #sign(lane: string): Promise<void> {
    const now = Date.now();
    if (now - (this.#signs.get(lane) ?? -Infinity) < signInterval) return;
    this.#signs.set(lane, now);
    const lanes = this.#key("lanes");
    await this.#link.client
      .multi()
      .zadd(lanes, now, lane)
      .zremrangebyscore(lanes, "-inf", now - day)
      .exec();
  }

  /** Tells once, while someone waits and nobody works, that it is so. */
  #waitingTeller(lane: string): () => void {
    let since: number | undefined;
    let told = false;
    const look = async () => {
      const { client } = this.#link;
      const [working, declined] = await client.mget(this.#key("working", lane), this.#key("declined", lane));
      if (typeof working === "string") {
        since = undefined;
        told = false;
        return;
      }
      since ??= Date.now();
      if (told || Date.now() - since < noWorkerAfter) return;
      told = true;
      const why = typeof declined === "string" ? ` One declined them: ${declined}.` : "";
      const start = `illume worker --queue ${this.#link.address.shown} --models ${lane}`;
      this.#options.onNotice(`No worker takes calls of ${lane}; they wait for one (${start}).${why}`);
    };
    return () => void look().catch(() => undefined);
  }

  /** BullMQ's queue names must be short and without colons; ids of models are neither. */
  #name(lane: string): string {
    return `calls-${createHash("sha256").update(lane).digest("hex").slice(0, 32)}`;
  }

  #key(kind: string, lane?: string): string {
    return [this.#options.prefix, kind, ...(lane === undefined ? [] : [this.#name(lane)])].join(":");
  }
}
