/** Requests of a sampling job, and the sequences that are being sampled for them. */
import { NumericalError } from "../../../core/errors/numerical-error.ts";
import { RandomStream } from "../../../core/random.ts";
import type { StopSignal } from "../../interrupted.ts";
import type { SampledTokens, SampleJob, TokenListener } from "../engine-job.ts";
import { mostProbable, type TokenAlternative } from "../most-probable.ts";
import type { Answer } from "./prompt-reader.ts";
import { absent, blockSize } from "./token-choice-graph.ts";
import { type Choice, drawBlock, drawFromBlock, drawFromNucleus, greatestOfBlock } from "./token-draw.ts";

/** A job under way. */
export interface RunningJob {
  readonly job: SampleJob;
  readonly signal: StopSignal | undefined;
  readonly results: SampledTokens[][];
  /** Samples that are not finished. */
  left: number;
  /** Whether it was finished, or given up. */
  done: boolean;
  /** Tokens that its listener has not been told of. */
  readonly untold: number[];
  readonly listener: TokenListener | undefined;
  /** Samples that nobody wants more of, as "request sample". */
  readonly ended: Set<string>;
  resolve(results: SampledTokens[][]): void;
  reject(error: unknown): void;
}

/** A prompt with what was read of it, and its samples. */
export interface RunningRequest {
  readonly job: RunningJob;
  readonly index: number;
  readonly prompt: readonly number[];
  /** The next sample to begin. */
  next: number;
  /** Keys and values of the prompt, and scores of its successor. */
  read?: { readonly rows: Float32Array; readonly answer: Answer };
}

export interface Sequence {
  readonly request: RunningRequest;
  readonly sample: number;
  readonly random: RandomStream;
  readonly tokens: number[];
  readonly tokenLogProbabilities: number[];
  /** Where they are wanted. */
  readonly alternatives?: (readonly TokenAlternative[])[];
  logProbability: number;
}

/** Below this a temperature would overflow float32; it is greedy for all that scores can tell apart. */
const leastTemperature = 1e-6;

/** 1 / temperature as the graph gets it. */
export function sharpnessOf({ temperature }: SampleJob): number {
  return Math.fround(temperature === 0 ? 1 : 1 / Math.max(temperature, leastTemperature));
}

/** A request's next sample, without tokens. */
export function nextSequence(request: RunningRequest): Sequence {
  const sample = request.next++;
  const stream = request.job.job.requests[request.index]?.streams[sample] as { seed: number; path: string[] };
  const random = new RandomStream(stream.seed, stream.path);
  const alternatives = wantsAlternatives(request) ? { alternatives: [] } : {};
  return { request, sample, random, tokens: [], tokenLogProbabilities: [], ...alternatives, logProbability: 0 };
}

/** Whether whole rows of scores are needed for the most probable tokens. */
export function wantsAlternatives({ job }: RunningRequest): boolean {
  return (job.job.alternatives ?? 0) > 0;
}

/** How many samples of a request have not begun. */
export function waitingSamples({ job, index, next }: RunningRequest): number {
  return (job.job.requests[index] as SampleJob["requests"][number]).streams.length - next;
}

/** The token after the prompt. Throws NumericalError where scores are not finite. */
export function firstChoice(answer: Answer, job: SampleJob, random: RandomStream): Choice {
  requireFinite(answer.total);
  const scores = answer.scores as Float32Array;
  if (job.temperature > 0 && job.topP < 1) return nucleusChoice(answer.running, scores, job, random);
  const uniform = job.temperature === 0 ? 0 : random.uniform();
  // The greatest score is 0.
  const block = job.temperature === 0 ? Math.floor(scores.indexOf(0) / blockSize) : drawBlock(answer.running, uniform);
  const blockScores = scores.subarray(block * blockSize, (block + 1) * blockSize);
  const row = { running: answer.running, block, blockScores };
  return job.temperature === 0 ? greatestOfBlock(row) : drawFromBlock(row, uniform, sharpnessOf(job));
}

export function nucleusChoice(
  running: Float32Array,
  scores: Float32Array,
  job: SampleJob,
  random: RandomStream,
): Choice {
  const options = {
    mass: running.at(-1) as number,
    topP: job.topP,
    uniform: random.uniform(),
    sharpness: sharpnessOf(job),
  };
  return drawFromNucleus(scores, options);
}

/**
 * Appends a token, or ends the sequence at a stop token: whether it is finished.
 * @param scores of the whole vocabulary and what fills up its blocks, where alternatives are wanted
 */
export function appendChoice(
  sequence: Sequence,
  { token, score }: Choice,
  { total, scores }: { readonly total: number; readonly scores?: Float32Array | undefined },
): boolean {
  const { request, sample, tokens } = sequence;
  const { job, ended, untold, listener } = request.job;
  const logProbability = score - Math.log(total);
  sequence.logProbability += logProbability;
  const stopped = job.stopTokens.includes(token);
  if (!stopped) {
    tokens.push(token);
    sequence.tokenLogProbabilities.push(logProbability);
    if (scores !== undefined) sequence.alternatives?.push(alternativesOf(scores, job, total));
    if (listener !== undefined) untold.push(request.index, sample, token);
  }
  if (!stopped && tokens.length < job.maximumTokens && !ended.has(`${request.index} ${sample}`)) return false;
  finishSequence(sequence, stopped);
  return true;
}

function alternativesOf(scores: Float32Array, { alternatives = 0 }: SampleJob, total: number): TokenAlternative[] {
  const found = mostProbable(scores, alternatives, Math.log(total));
  return found.filter(({ logProbability }) => logProbability > absent / 2);
}

function finishSequence(sequence: Sequence, finished: boolean): void {
  const { request, sample, random: _, ...sampled } = sequence;
  const { job, index } = request;
  (job.results[index] as SampledTokens[])[sample] = { ...sampled, finished };
  job.left--;
}

export function requireFinite(total: number): void {
  if (Number.isFinite(total) && total > 0) return;
  throw new NumericalError({
    expected: "finite scores of the next token",
    received: `scores whose exponentials sum to ${total}`,
    remedy: "use another checkpoint: this one's weights are not finite or far too large",
  });
}
