/**
 * Any model of the AI SDK as a LanguageModel: one request for each prompt and sample, under a RequestPolicy. README.md
 * says how each field maps.
 */
import type {
  EmbeddingModelV3,
  EmbeddingModelV4,
  LanguageModelV3,
  LanguageModelV4,
  LanguageModelV4CallOptions,
} from "@ai-sdk/provider";
import { CorruptFileError } from "../../core/errors/corrupt-file-error.ts";
import { UnsupportedCapabilityError } from "../../core/errors/unsupported-capability-error.ts";
import { RequestPolicy } from "../endpoints/request-policy.ts";
import { checkGenerateOptions, promptTexts, textBefore, usualAlternatives } from "../generate-options.ts";
import { throwIfAborted } from "../interrupted.ts";
import type {
  GenerateOptions,
  Generation,
  LanguageModel,
  LanguageModelCapability,
  Prompt,
  Score,
  ScoreOptions,
  TokenLogProbability,
} from "../language-model.ts";
import { sampleSeed } from "../sample-seed.ts";
import { toAiSdkPrompt } from "./ai-sdk-prompt.ts";
import { fromAiSdkFinishReason } from "./finish-reason.ts";

/** How a provider is asked for the probabilities of tokens, and where it tells them. */
export interface TokenProbabilities {
  /** @param alternatives how many of each token, at most */
  providerOptions(alternatives: number): NonNullable<LanguageModelV4CallOptions["providerOptions"]>;
  /** Undefined where the answer has none. */
  read(metadata: unknown): readonly TokenLogProbability[] | undefined;
}

/** A model of the AI SDK, and how it is asked. */
export interface AiSdkLanguageModelOptions {
  readonly id: string;
  readonly model: LanguageModelV3 | LanguageModelV4;
  /** Without it the model does not embed. */
  readonly embeddingModel?: EmbeddingModelV3 | EmbeddingModelV4;
  /** Without it the model does not tell log probabilities. */
  readonly tokenProbabilities?: TokenProbabilities | undefined;
  /** Default: one of its own, with the defaults. */
  readonly policy?: RequestPolicy;
  /** Told once of each thing that the provider says it leaves out or changes. */
  readonly onWarning?: (warning: string) => void;
}

/** The most stop texts that endpoints commonly take; all are looked for here anyway. */
const maximumStopTexts = 4;
/** How often vectors are asked for at most where what comes cannot be read. */
const vectorAttempts = 3;
/** Texts in one request for embeddings, at most. */
const maximumTexts = 64;

/** A model of the AI SDK as a LanguageModel. */
export class AiSdkLanguageModel implements LanguageModel {
  readonly id: string;
  readonly capabilities: ReadonlySet<LanguageModelCapability>;
  /** Who decides when requests are sent. */
  readonly policy: RequestPolicy;
  readonly #model: AiSdkLanguageModelOptions["model"];
  readonly #embeddingModel: AiSdkLanguageModelOptions["embeddingModel"];
  /** Given up where the endpoint refuses to be asked for them. */
  #tokenProbabilities: TokenProbabilities | undefined;
  readonly #onWarning: (warning: string) => void;
  readonly #warned = new Set<string>();

  constructor(options: AiSdkLanguageModelOptions) {
    this.id = options.id;
    this.#model = options.model;
    this.#embeddingModel = options.embeddingModel;
    this.#tokenProbabilities = options.tokenProbabilities;
    this.policy = options.policy ?? new RequestPolicy({ name: options.id });
    this.#onWarning = options.onWarning ?? (() => undefined);
    this.capabilities = new Set(options.embeddingModel === undefined ? ["generate"] : ["generate", "embed"]);
  }

  /**
   * A sample that fails for good has the finish reason "error" or "refusal" and says why in `failure`. Throws
   * EndpointErrors where nothing more can be asked; requests that are under way then are awaited first.
   */
  async generate(options: GenerateOptions): Promise<readonly (readonly Generation[])[]> {
    const { prompts, samples, firstSample, ...settings } = checkGenerateOptions(options);
    throwIfAborted(options.signal);
    const asked = prompts.flatMap((prompt, promptIndex) =>
      Array.from({ length: samples }, async (_, index) => {
        const { signal, beforeRepeating, tokenLogProbabilities = false, alternatives = usualAlternatives } = options;
        const generation = await this.#sample(
          prompt,
          { ...settings, sample: firstSample + index, tokenLogProbabilities, alternatives },
          signal,
          beforeRepeating && (() => beforeRepeating({ prompt: promptIndex, sample: index })),
        );
        if (generation.text !== "") options.onText?.({ prompt: promptIndex, sample: index, text: generation.text });
        return generation;
      }),
    );
    const settled = await Promise.allSettled(asked);
    const generations = settled.map((result) => {
      if (result.status === "rejected") throw result.reason;
      return result.value;
    });
    return prompts.map((_, index) => generations.slice(index * samples, (index + 1) * samples));
  }

  async score(_options: ScoreOptions): Promise<readonly Score[]> {
    throw this.#cannot("scores");
  }

  async tokenize(_texts: readonly string[]): Promise<readonly (readonly number[])[]> {
    throw this.#cannot("tokenises");
  }

  /** Throws CorruptFileError for vectors that are none or differ in length, and EndpointErrors. */
  async embed(
    texts: readonly string[],
    { signal }: { readonly signal?: AbortSignal } = {},
  ): Promise<readonly Float32Array[]> {
    const model = this.#embeddingModel;
    if (model === undefined) throw this.#cannot("embeds");
    throwIfAborted(signal);
    const most = Math.min(maximumTexts, (await model.maxEmbeddingsPerCall) ?? maximumTexts);
    const batches: string[][] = [];
    for (let start = 0; start < texts.length; start += most) batches.push(texts.slice(start, start + most));
    const vectors = await Promise.all(batches.map((values) => this.#vectors(model, values, signal)));
    const all = vectors.flat();
    const length = all[0]?.length ?? 0;
    const broken = all.find((vector) => vector.length !== length || length === 0 || !vector.every(Number.isFinite));
    if (broken !== undefined) throw unusableVectors(this.id, "some that are empty, not finite or of different lengths");
    return all;
  }

  async close(): Promise<void> {}

  /** Vectors of one request; a broken answer is asked for again, as nothing can be made of it. */
  async #vectors(
    model: NonNullable<AiSdkLanguageModelOptions["embeddingModel"]>,
    values: string[],
    signal: AbortSignal | undefined,
  ): Promise<Float32Array[]> {
    for (let attempt = 1; ; attempt++) {
      const outcome = await this.policy.request(
        async (abortSignal) => {
          const { embeddings, response } = await model.doEmbed({ values, abortSignal });
          return { answer: embeddings, headers: response?.headers };
        },
        signal,
        undefined,
        values,
      );
      if ("failure" in outcome) {
        const { kind, reason } = outcome.failure;
        if (kind !== "unusable" || attempt === vectorAttempts) throw unusableVectors(this.id, reason);
      } else if (outcome.answer.length === values.length) {
        return outcome.answer.map((vector) => Float32Array.from(vector));
      } else if (attempt === vectorAttempts) {
        throw unusableVectors(this.id, `${outcome.answer.length} for ${values.length} texts`);
      }
    }
  }

  async #sample(
    prompt: Prompt,
    settings: SampleSettings,
    signal: AbortSignal | undefined,
    beforeRepeating: (() => Promise<void>) | undefined,
  ): Promise<Generation> {
    const { maximumTokens, temperature, topP, stop, seed, sample } = settings;
    const told = settings.tokenLogProbabilities ? this.#tokenProbabilities : undefined;
    // Drawn once, so that a repetition asks the same.
    const ownSeed = sampleSeed(seed, prompt, sample);
    // Endpoints refuse blank stop texts and long lists of them.
    const stopSequences = stop.filter((text) => text.trim() !== "").slice(0, maximumStopTexts);
    const outcome = await this.policy.request(
      async (abortSignal) => {
        const ask = (asked: TokenProbabilities | undefined) =>
          this.#model.doGenerate({
            prompt: toAiSdkPrompt(prompt),
            maxOutputTokens: maximumTokens,
            temperature,
            // Some endpoints refuse both, and 1 means no nucleus.
            ...(topP < 1 ? { topP } : {}),
            ...(stopSequences.length > 0 ? { stopSequences } : {}),
            seed: ownSeed,
            ...(asked && { providerOptions: asked.providerOptions(settings.alternatives) }),
            abortSignal,
          });
        const answer = await Promise.resolve(ask(told)).catch(async (error: unknown) => {
          if (told === undefined || !isRefused(error)) throw error;
          const without = await ask(undefined);
          this.#tokenProbabilities = undefined;
          this.#warnOnce(`${this.id}: refuses to tell log probabilities, and is asked without them from now on`);
          return without;
        });
        return { answer, headers: answer.response?.headers };
      },
      signal,
      beforeRepeating,
      promptTexts(prompt),
    );
    if ("failure" in outcome) {
      const { kind, reason } = outcome.failure;
      return { text: "", finishReason: kind === "refusal" ? "refusal" : "error", failure: reason };
    }
    return this.#generation(outcome.answer, stop, told);
  }

  #generation(answer: GenerateResult, stop: readonly string[], told: TokenProbabilities | undefined): Generation {
    for (const warning of answer.warnings) this.#warn(warning);
    const whole = answer.content.map((part) => (part.type === "text" ? part.text : "")).join("");
    const text = textBefore(whole, stop);
    const cut = text.length < whole.length;
    const { inputTokens, outputTokens } = answer.usage;
    const logProbability = answer.providerMetadata?.illume?.logProbability;
    const tokens = cut ? undefined : told?.read(answer.providerMetadata);
    return {
      text,
      finishReason: cut ? "stop" : fromAiSdkFinishReason(answer.finishReason.unified),
      ...(inputTokens.total === undefined ? {} : { promptTokens: inputTokens.total }),
      ...(outputTokens.total === undefined ? {} : { tokens: outputTokens.total }),
      ...(typeof logProbability === "number" && !cut ? { logProbability } : {}),
      ...(tokens === undefined ? {} : { tokenLogProbabilities: tokens }),
    };
  }

  #warn(warning: GenerateResult["warnings"][number]): void {
    const subject = "feature" in warning ? warning.feature : "setting" in warning ? warning.setting : "";
    const details = "details" in warning ? warning.details : "message" in warning ? warning.message : undefined;
    const line = [`${this.id}: ${warning.type} ${subject}`.trim(), details].filter(Boolean).join(": ");
    this.#warnOnce(line);
  }

  #warnOnce(line: string): void {
    if (this.#warned.has(line)) return;
    this.#warned.add(line);
    this.#onWarning(line);
  }

  #cannot(ability: string): UnsupportedCapabilityError {
    return new UnsupportedCapabilityError({
      expected: `a model that ${ability}`,
      received: this.id,
      remedy: ability === "embeds" ? "name a model for embeddings" : "use a model that runs here (illume:, gguf:)",
    });
  }
}

type GenerateResult = Awaited<ReturnType<LanguageModelV3["doGenerate"] | LanguageModelV4["doGenerate"]>>;

interface SampleSettings extends Omit<ReturnType<typeof checkGenerateOptions>, "prompts" | "samples" | "firstSample"> {
  /** Number of the sample. */
  readonly sample: number;
  readonly tokenLogProbabilities: boolean;
  readonly alternatives: number;
}

/** Whether an endpoint finds the request wrong, which costs nothing: log probabilities may be what it does not know. */
function isRefused(error: unknown): boolean {
  const status = (error as { readonly statusCode?: unknown } | undefined)?.statusCode;
  return status === 400 || status === 422 || status === 501;
}

function unusableVectors(id: string, received: string): CorruptFileError {
  return new CorruptFileError({ expected: `vectors from ${id}`, received, remedy: "check the model for embeddings" });
}
