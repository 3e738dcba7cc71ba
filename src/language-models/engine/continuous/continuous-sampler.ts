/**
 * Sampling and scoring by a large model in this thread. All jobs share the running batches: a request joins as soon as
 * there is room, and leaves when its samples are finished (continuous batching: Yu et al. 2022, Orca).
 */
import { headSize, type TransformerShape } from "../../../nn/transformer.ts";
import { interrupted, type StopSignal, throwIfAborted } from "../../interrupted.ts";
import type { SampledTokens, SampleJob, ScoreJob, TextTokens, TokenListener } from "../engine-job.ts";
import type { CompletionScore } from "../scorer.ts";
import { capacityFor, LaneCache } from "./lane-cache.ts";
import { ModelSession, type ModelSessionOptions } from "./model-session.ts";
import { type Answer, type Reading, readTokens } from "./prompt-reader.ts";
import { RunningBatch } from "./running-batch.ts";
import { type RunningJob, type RunningRequest, requireFinite, sharpnessOf, waitingSamples } from "./sequence.ts";

export interface ContinuousSamplerOptions extends ModelSessionOptions {
  /** Sequences that are sampled together at most (default 64). */
  readonly mostSequences?: number;
}

/** From so many samples of a prompt on its keys and values are kept once for so many lanes. */
const sharedLanes = 8;
/** Keys and values of all sequences at most. */
const cacheBytes = 2 ** 30;
/** Texts that are scored before other work gets a turn. */
const scoredTogether = 8;

export class ContinuousSampler {
  readonly #shape: TransformerShape;
  readonly #mostSequences: number;
  /** Until the session has the weights, or it is closed. */
  #unopened: ContinuousSamplerOptions | undefined;
  #session: Promise<ModelSession> | undefined;
  #batches: RunningBatch[] = [];
  /** Requests with samples that have not begun, in order. */
  #waiting: RunningRequest[] = [];
  readonly #jobs = new Set<RunningJob>();
  #working: Promise<void> | undefined;

  constructor(options: ContinuousSamplerOptions) {
    this.#shape = options.shape;
    this.#mostSequences = options.mostSequences ?? 64;
    this.#unopened = options;
  }

  /**
   * Samples by request: result[r][s]. `listener` is told of new tokens after each step.
   * Throws InterruptedError where the signal aborts, NumericalError where scores are not finite.
   */
  sample(job: SampleJob, signal?: StopSignal, listener?: TokenListener): Promise<SampledTokens[][]> {
    return new Promise<SampledTokens[][]>((resolve, reject) => {
      const left = job.requests.reduce((total, { streams }) => total + streams.length, 0);
      const running: RunningJob = {
        job,
        signal,
        results: job.requests.map(() => []),
        left,
        done: false,
        untold: [],
        listener,
        ended: new Set(),
        resolve,
        reject,
      };
      this.#jobs.add(running);
      job.requests.forEach(({ prompt }, index) => {
        this.#waiting.push({ job: running, index, prompt, next: 0 });
      });
      this.#working ??= this.#work();
    });
  }

  async #work(): Promise<void> {
    try {
      const session = await this.#open();
      this.#batches = [];
      while (this.#jobs.size > 0) {
        this.#settleJobs();
        await this.#admit(session);
        for (const batch of this.#batches) await batch.step();
      }
    } catch (error) {
      for (const job of this.#jobs) finish(job, () => job.reject(error));
      this.#jobs.clear();
    } finally {
      this.#waiting = [];
      this.#batches = [];
      this.#working = undefined;
    }
  }

  #open(): Promise<ModelSession> {
    const options = this.#unopened;
    this.#unopened = undefined;
    if (options !== undefined) this.#session = ModelSession.create(options);
    return this.#session ?? Promise.reject(interrupted());
  }

  /** Tells listeners, and takes leave of jobs that are finished or no longer wanted. */
  #settleJobs(): void {
    for (const job of this.#jobs) {
      if (job.untold.length > 0) {
        job.listener?.(job.untold.splice(0), (request, sample) => job.ended.add(`${request} ${sample}`));
      }
      if (job.left === 0) finish(job, () => job.resolve(job.results));
      else if (job.signal?.aborted === true) finish(job, () => job.reject(interrupted()));
      if (job.done) this.#jobs.delete(job);
    }
    this.#waiting = this.#waiting.filter((request) => !request.job.done && waitingSamples(request) > 0);
  }

  /** Reads prompts for which there is room, and adds blocks for them. */
  async #admit(session: ModelSession): Promise<void> {
    let free = this.#room() - this.#batches.reduce((total, { size }) => total + size, 0);
    const admitted: { readonly request: RunningRequest; readonly lanes: number }[] = [];
    for (const request of this.#waiting) {
      let samples = waitingSamples(request);
      while (samples > 0 && free > 0) {
        const lanes = samples >= sharedLanes && free >= sharedLanes ? sharedLanes : 1;
        admitted.push({ request, lanes });
        // Lanes that are shared take the request's other samples one after the other where there is no room for more.
        samples -= lanes;
        free -= lanes;
      }
      if (free <= 0) break;
    }
    if (admitted.length === 0) return;
    await this.#read(session, [...new Set(admitted.map(({ request }) => request))]);
    for (const { request, lanes } of admitted) this.#batchOf(session, lanes).add(request);
  }

  async #read(session: ModelSession, requests: readonly RunningRequest[]): Promise<void> {
    const unread = requests.filter(({ read }) => read === undefined);
    const readings = unread.map(({ job, prompt }): Reading => {
      return { tokens: prompt, asked: [prompt.length - 1], sharpness: sharpnessOf(job.job) };
    });
    const read = await readTokens(session, readings, { keep: true });
    unread.forEach((request, index) => {
      const { rows, answers } = read[index] as Required<(typeof read)[number]>;
      request.read = { rows, answer: answers[0] as (typeof answers)[number] };
    });
  }

  /** Sequences for which there is memory. */
  #room(): number {
    let positions = 0;
    for (const { job } of this.#jobs) {
      for (const { prompt } of job.requests)
        positions = Math.max(positions, capacityFor(prompt.length) + capacityFor(job.maximumTokens));
    }
    const bytes = positions * LaneCache.bytesOfPosition({ ...this.#shape, headSize: headSize(this.#shape) });
    return Math.max(1, Math.min(this.#mostSequences, Math.floor(cacheBytes / bytes)));
  }

  #batchOf(session: ModelSession, lanes: number): RunningBatch {
    const known = this.#batches.find((batch) => batch.lanes === lanes);
    if (known !== undefined) return known;
    const batch = new RunningBatch(session, lanes);
    this.#batches.push(batch);
    return batch;
  }

  /** One score per example, in order. Throws as `sample`. */
  async score({ examples }: ScoreJob, signal?: StopSignal): Promise<CompletionScore[]> {
    const session = await this.#open();
    const scores: CompletionScore[] = [];
    for (let start = 0; start < examples.length; start += scoredTogether) {
      const readings = examples.slice(start, start + scoredTogether).map(({ tokens, promptLength }): Reading => {
        const asked = Array.from({ length: tokens.length - promptLength }, (_, index) => promptLength - 1 + index);
        return { tokens: tokens.slice(0, -1), asked, targets: tokens.slice(promptLength) };
      });
      const read = await readTokens(session, readings, { keep: false, beforePart: () => throwIfAborted(signal) });
      for (const { answers } of read) scores.push(scoreOf(answers));
    }
    return scores;
  }

  /** The mean of each text's final hidden states. Throws InterruptedError where the signal aborts. */
  async embed(texts: readonly TextTokens[], signal?: StopSignal): Promise<Float32Array[]> {
    const session = await this.#open();
    const means: Float32Array[] = [];
    for (let start = 0; start < texts.length; start += scoredTogether) {
      const together = texts.slice(start, start + scoredTogether);
      const read = await readTokens(
        session,
        together.map(({ tokens }) => ({ tokens, asked: [] })),
        { keep: false, sumsFrom: together.map(({ first }) => first), beforePart: () => throwIfAborted(signal) },
      );
      for (const [index, { tokens, first }] of together.entries()) {
        const { sum } = read[index] as Required<(typeof read)[number]>;
        means.push(Float32Array.from(sum, (value) => value / (tokens.length - first)));
      }
    }
    return means;
  }

  /** Ends what is under way and frees the session; it takes no more work. */
  async close(): Promise<void> {
    this.#unopened = undefined;
    for (const job of this.#jobs) finish(job, () => job.reject(interrupted()));
    await this.#working;
    await this.#session?.then(
      (session) => session.close(),
      // It never came to be, which whoever asked was told.
      () => undefined,
    );
    this.#session = undefined;
  }
}

function scoreOf(answers: readonly Answer[]): CompletionScore {
  const byToken = answers.map(({ total, targetScore }) => {
    requireFinite(total);
    // The greatest score is 0.
    return { logProbability: targetScore - Math.log(total), greedy: targetScore === 0 };
  });
  const logProbability = byToken.reduce((sum, token) => sum + token.logProbability, 0);
  return { logProbability, greedy: byToken.every(({ greedy }) => greedy), byToken };
}

function finish(job: RunningJob, settle: () => void): void {
  if (job.done) return;
  job.done = true;
  settle();
}
