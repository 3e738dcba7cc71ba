/**
 * A language model whose every call is recorded and paid once.
 *
 * It wraps any other one. A call is one prompt with one sample, one completion to score or one text to embed; its key is
 * the SHA-256 of model, revision, prompt, parameters and sample number (call-key.ts). What is recorded is handed out;
 * the rest is asked for, together where the model takes batches and one by one where it is an endpoint, and committed
 * before it is used (recorded-calls.ts). A budget caps what all of this may take.
 */
import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";
import { checkGenerateOptions, toldOf } from "../generate-options.ts";
import type {
  GenerateOptions,
  Generation,
  LanguageModel,
  LanguageModelCapability,
  Score,
  ScoreOptions,
} from "../language-model.ts";
import { Budget } from "./budget.ts";
import { callJournal } from "./call-journal.ts";
import { type CallContent, callKey, publicModelId } from "./call-key.ts";
import { CallSlots } from "./call-slots.ts";
import type { CallCache, CallStore } from "./call-store.ts";
import { callCost, type Price } from "./price.ts";
import { type PlannedCall, RecordedCalls } from "./recorded-calls.ts";
import { embeddings, generations, scores } from "./recorded-kinds.ts";
import { promptTokensAtMost, textTokensAtMost } from "./token-bounds.ts";

/** A model, and where its calls are kept. */
export interface RecordedLanguageModelOptions {
  readonly model: LanguageModel;
  /**
   * Tells apart models of one id, such as a checksum of their weights; "" where the id says it all. Two models that share
   * id and revision are taken for one, and given each other's results.
   */
  readonly revision: string;
  /** The run's calls (RunStore.modelCalls). */
  readonly store: CallStore;
  /** Results shared with other runs (default: none). */
  readonly cache?: CallCache | undefined;
  /** Shared by all models of a run (default: no cap, beginning with what the store says was spent). */
  readonly budget?: Budget | undefined;
  /** Undefined where it is not known (price.ts: priceOf). */
  readonly price?: Price | undefined;
  /** The most calls that go to the model in one piece: 1 for an endpoint (default: all that are missing). */
  readonly callsPerRequest?: number | undefined;
  /** Requests in flight at most, over all that ask this model at the same time (default 32). */
  readonly requestsAtOnce?: number | undefined;
}

/** Any language model with its calls recorded, capped and never paid twice; closing it closes the model. */
export class RecordedLanguageModel implements LanguageModel {
  readonly id: string;
  readonly capabilities: ReadonlySet<LanguageModelCapability>;
  readonly contextLength?: number;
  readonly budget: Budget;
  readonly #model: LanguageModel;
  readonly #called: { readonly model: string; readonly revision: string };
  readonly #price: Price | undefined;
  readonly #calls: RecordedCalls;

  /** Throws InvalidArgumentError for counts below 1. */
  constructor(options: RecordedLanguageModelOptions) {
    const { model, revision, store, cache, price, callsPerRequest = Infinity, requestsAtOnce = 32 } = options;
    for (const [name, count] of Object.entries({ callsPerRequest, requestsAtOnce })) {
      if (count >= 1) continue;
      throw new InvalidArgumentError({
        expected: `${name} of at least 1`,
        received: String(count),
        remedy: "correct it",
      });
    }
    this.id = model.id;
    this.capabilities = model.capabilities;
    if (model.contextLength !== undefined) this.contextLength = model.contextLength;
    this.budget = options.budget ?? new Budget({ limits: {}, spent: store.spending() });
    this.#model = model;
    this.#called = { model: publicModelId(model.id), revision };
    this.#price = price;
    this.#calls = new RecordedCalls({
      journal: callJournal(store, cache),
      budget: this.budget,
      slots: new CallSlots(requestsAtOnce),
      callsPerRequest,
    });
  }

  /** Throws as the model does, and BudgetExceededError: then all that fitted is recorded. */
  async generate(options: GenerateOptions): Promise<readonly (readonly Generation[])[]> {
    if (!this.capabilities.has("generate")) return this.#model.generate(options);
    const { prompts, samples, firstSample, ...parameters } = checkGenerateOptions(options);
    const { signal, onText } = options;
    const told = toldOf(options);
    const inputTokens = prompts.map(promptTokensAtMost);
    const calls = prompts.flatMap((prompt, index) =>
      Array.from({ length: samples }, (_, sample) =>
        this.#plan(
          { kind: "generate", prompt, sample: firstSample + sample, ...parameters, ...told },
          inputTokens[index] as number,
          parameters.maximumTokens,
        ),
      ),
    );
    const place = (position: number) => ({ prompt: Math.floor(position / samples), sample: position % samples });
    const streamed = new Set<string>();
    const first = new Map([...calls.entries()].reverse().map(([position, { key }]) => [key, position]));
    const kind = generations(
      this.#model,
      this.#price,
      onText &&
        ((call, text) => {
          streamed.add(call.key);
          onText({ ...place(first.get(call.key) as number), text });
        }),
    );
    const results = await this.#calls.resolve(calls, kind, signal);
    for (const [position, { text }] of results.entries()) {
      const { key } = calls[position] as (typeof calls)[number];
      if (text !== "" && !(streamed.has(key) && first.get(key) === position)) onText?.({ ...place(position), text });
    }
    return prompts.map((_, prompt) => results.slice(prompt * samples, (prompt + 1) * samples));
  }

  /** Throws as generate does. */
  async score(options: ScoreOptions): Promise<readonly Score[]> {
    if (!this.capabilities.has("score")) return this.#model.score(options);
    const calls = options.items.map(({ prompt, completion }) =>
      this.#plan({ kind: "score", prompt, completion }, promptTokensAtMost(prompt) + textTokensAtMost(completion), 0),
    );
    return this.#calls.resolve(calls, scores(this.#model, this.#price), options.signal);
  }

  /** Asks the model itself: tokens cost nothing. */
  tokenize(texts: readonly string[]): Promise<readonly (readonly number[])[]> {
    return this.#model.tokenize(texts);
  }

  /** Throws as generate does. */
  async embed(
    texts: readonly string[],
    options: { readonly signal?: AbortSignal } = {},
  ): Promise<readonly Float32Array[]> {
    if (!this.capabilities.has("embed")) return this.#model.embed(texts, options);
    const calls = texts.map((text) => this.#plan({ kind: "embed", text }, promptTokensAtMost(text), 0));
    return this.#calls.resolve(calls, embeddings(this.#model, this.#price), options.signal);
  }

  /** Closes the model; store and cache belong to whoever opened them. */
  close(): Promise<void> {
    return this.#model.close();
  }

  #plan<Content extends CallContent>(
    content: Content,
    inputTokens: number,
    outputTokens: number,
  ): PlannedCall<Content> {
    const { model, revision } = this.#called;
    const key = callKey({ id: model, revision }, content);
    const added = content.kind === "embed" ? 0 : (this.#model.addedPromptTokens ?? 0);
    const reserved = callCost(this.#price, inputTokens + added, outputTokens);
    return { key, kind: content.kind, model, revision, reserved, content };
  }
}
