/**
 * A language model whose calls are made by workers. Each call is a job of its own; its key is that under which a
 * RecordedLanguageModel around this one records the call, so that what a queue keeps and what a run has can be compared.
 */
import { BudgetExceededError } from "../../core/errors/budget-exceeded-error.ts";
import { UnsupportedCapabilityError } from "../../core/errors/unsupported-capability-error.ts";
import { type CallContent, callKey, publicModelId } from "../../language-models/calls/call-key.ts";
import { checkGenerateOptions, toldOf } from "../../language-models/generate-options.ts";
import type {
  GenerateOptions,
  Generation,
  LanguageModel,
  LanguageModelCapability,
  Score,
  ScoreOptions,
} from "../../language-models/language-model.ts";
import {
  type Ask,
  type AskResults,
  decodeFailure,
  decodeSuccess,
  encodeCallJob,
  type ModelDescription,
} from "./call-job.ts";
import { errorFromData } from "./error-data.ts";
import type { JobQueue } from "./job-queue.ts";
import { QueueError } from "./queue-error.ts";

/** A model somewhere else. */
export interface QueuedLanguageModelOptions {
  readonly jobs: JobQueue;
  readonly id: string;
  /** As the RecordedLanguageModel around it has it. */
  readonly revision: string;
  /** Set before every key, so that runs that share a queue do not share jobs. */
  readonly namespace: string;
  readonly description: ModelDescription;
  /** Told of each result that the queue keeps from now on, by the key of its call. */
  readonly onKept?: (key: string) => void;
}

/** The job's key of a call in a run. */
export function jobKey(namespace: string, key: string): string {
  return `${namespace}.${key}`;
}

/** Asks workers. Throws what they throw, as the same kinds of error, and QueueError. */
export class QueuedLanguageModel implements LanguageModel {
  readonly id: string;
  readonly capabilities: ReadonlySet<LanguageModelCapability>;
  readonly contextLength?: number;
  readonly addedPromptTokens?: number;
  readonly joinsCalls = true;
  readonly #options: QueuedLanguageModelOptions;

  constructor(options: QueuedLanguageModelOptions) {
    const { capabilities, contextLength, addedPromptTokens } = options.description;
    this.id = options.id;
    this.capabilities = new Set(capabilities);
    if (contextLength !== undefined) this.contextLength = contextLength;
    if (addedPromptTokens !== undefined) this.addedPromptTokens = addedPromptTokens;
    this.#options = options;
  }

  /**
   * Attempts that were lost, with a worker too, are told to `beforeRepeating` once the result is there: what is over a
   * budget by then is not given up, the next call is.
   */
  async generate(options: GenerateOptions): Promise<readonly (readonly Generation[])[]> {
    this.#require("generate", "generates");
    const { prompts, samples, firstSample, ...parameters } = checkGenerateOptions(options);
    const { signal, onText, beforeRepeating } = options;
    const told = toldOf(options);
    const asked = prompts.flatMap((prompt, index) =>
      Array.from({ length: samples }, async (_, sample) => {
        const place = { prompt: index, sample };
        const content = { kind: "generate", prompt, sample: firstSample + sample, ...parameters } as const;
        const onLost = async () => beforeRepeating?.(place);
        const generation = await this.#ask({ ...content, ...told }, signal, onLost);
        if (generation.text !== "") onText?.({ ...place, text: generation.text });
        return generation;
      }),
    );
    const generations = await allOf(asked);
    return prompts.map((_, index) => generations.slice(index * samples, (index + 1) * samples));
  }

  async score({ items, signal }: ScoreOptions): Promise<readonly Score[]> {
    this.#require("score", "scores");
    return allOf(items.map(({ prompt, completion }) => this.#ask({ kind: "score", prompt, completion }, signal)));
  }

  async tokenize(): Promise<readonly (readonly number[])[]> {
    throw this.#cannot("tokenises over a queue");
  }

  async embed(
    texts: readonly string[],
    { signal }: { readonly signal?: AbortSignal } = {},
  ): Promise<readonly Float32Array[]> {
    this.#require("embed", "embeds");
    return allOf(texts.map((text) => this.#ask({ kind: "embed", text }, signal)));
  }

  /** The queue belongs to whoever opened it. */
  async close(): Promise<void> {}

  async #ask<Content extends CallContent>(
    content: Content,
    signal: AbortSignal | undefined,
    onLost?: () => Promise<void>,
  ): Promise<AskResults[Content["kind"]]> {
    const { jobs, id, revision, namespace, onKept } = this.#options;
    const key = callKey({ id: publicModelId(id), revision }, content);
    const { lost, result, error } = await askWorkers(jobs, { id, key: jobKey(namespace, key), ask: content, signal });
    if (error === undefined) onKept?.(key);
    try {
      for (let attempt = 0; attempt < lost; attempt++) await onLost?.();
    } catch (exceeded) {
      if (!(exceeded instanceof BudgetExceededError)) throw exceeded;
    }
    if (error !== undefined) throw error;
    return result as AskResults[Content["kind"]];
  }

  #require(capability: LanguageModelCapability, ability: string): void {
    if (!this.capabilities.has(capability)) throw this.#cannot(ability);
  }

  #cannot(ability: string): UnsupportedCapabilityError {
    return new UnsupportedCapabilityError({
      expected: `a model that ${ability}`,
      received: this.id,
      remedy: "choose another model",
    });
  }
}

/** One call; an error of the worker's is handed back, one of the queue's is thrown. */
export async function askWorkers<Kind extends Ask["kind"]>(
  jobs: JobQueue,
  options: {
    readonly id: string;
    readonly key: string;
    readonly ask: Ask & { readonly kind: Kind };
    readonly signal?: AbortSignal | undefined;
  },
): Promise<{ readonly lost: number; readonly result?: AskResults[Kind]; readonly error?: Error }> {
  const { id, key, ask, signal } = options;
  const { failed, text } = await jobs.run({ lane: id, key, payload: encodeCallJob(id, ask) }, { signal });
  if (!failed) return decodeSuccess<Kind>(ask.kind, text);
  const told = decodeFailure(text);
  if (told !== undefined) return { lost: told.lost, error: errorFromData(told.error) };
  throw new QueueError({
    expected: `a worker to make a call of ${id}`,
    received: "a failure that none of illume's tells",
    remedy: "see what the workers said, and who else writes to this redis, then resume; what was reached is kept",
  });
}

/** All results; where some fail, the others are waited for, as they are paid, and the first error is thrown. */
async function allOf<Result>(asked: readonly Promise<Result>[]): Promise<Result[]> {
  const settled = await Promise.allSettled(asked);
  return settled.map((each) => {
    if (each.status === "rejected") throw each.reason;
    return each.value;
  });
}
