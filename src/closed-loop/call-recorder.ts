/** Records the calls of a run's models, where its settings ask for that: a cap on what they take, or a cache. */
import { Budget } from "../language-models/calls/budget.ts";
import type { CallCache } from "../language-models/calls/call-store.ts";
import { priceOf } from "../language-models/calls/price.ts";
import { RecordedLanguageModel } from "../language-models/calls/recorded-language-model.ts";
import type { LanguageModel } from "../language-models/language-model.ts";
import { openCallCache } from "../runs/call-cache.ts";
import type { RunStore } from "../runs/run-store.ts";
import type { Configuration } from "./configuration.ts";

/** How a model's requests go out. */
export interface RecordOptions {
  readonly model: LanguageModel;
  /** See RecordedLanguageModelOptions. */
  readonly revision: string;
  /** Requests at once of an endpoint, each with one call; undefined for a model that runs here and takes batches. */
  readonly requestsAtOnce?: number;
}

/** One budget and one cache for all models of a run. */
export class CallRecorder {
  readonly budget: Budget;
  readonly #settings: Configuration["calls"];
  readonly #store: RunStore;
  readonly #cache: CallCache | undefined;

  /** Throws as openCallCache does, and as Budget. */
  constructor(settings: Configuration["calls"], store: RunStore) {
    this.#settings = settings;
    this.#store = store;
    this.budget = new Budget({
      limits: { maximumCalls: settings.maxCalls, maximumTokens: settings.maxTokens, maximumUsd: settings.maxUsd },
      spent: store.modelCalls.spending(),
    });
    this.#cache = settings.cache === undefined ? undefined : openCallCache(settings.cache);
  }

  /** The model with its calls recorded. */
  record({ model, revision, requestsAtOnce }: RecordOptions): RecordedLanguageModel {
    return new RecordedLanguageModel({
      model,
      revision,
      store: this.#store.modelCalls,
      cache: this.#cache,
      budget: this.budget,
      price: priceOf(model.id, this.#settings.price),
      requestsAtOnce,
      callsPerRequest: requestsAtOnce === undefined ? undefined : 1,
    });
  }

  /** Closes the cache; calling it twice is harmless. */
  close(): void {
    this.#cache?.close();
  }
}

/** Whether any of the settings asks for recording. */
export function asksForRecording({ concurrency: _, ...caps }: Configuration["calls"]): boolean {
  return Object.values(caps).some((value) => value !== undefined);
}
