/**
 * An application as a language model: one request for each prompt and sample, under a RequestPolicy. What an application
 * is asked with is its own matter; temperature, nucleus and the number of tokens change nothing, stop texts are cut here.
 */
import { UnsupportedCapabilityError } from "../../core/errors/unsupported-capability-error.ts";
import { RequestRefusedError } from "../endpoints/errors/request-refused-error.ts";
import type { ResponseHeaders } from "../endpoints/rate-limit-headers.ts";
import type { RequestPolicy } from "../endpoints/request-policy.ts";
import { checkGenerateOptions, promptTexts, textBefore } from "../generate-options.ts";
import { throwIfAborted } from "../interrupted.ts";
import type {
  GenerateOptions,
  Generation,
  LanguageModel,
  LanguageModelCapability,
  Prompt,
  Score,
} from "../language-model.ts";
import { sampleSeed } from "../sample-seed.ts";

/** What an application is asked. */
export interface ApplicationRequest {
  readonly prompt: Prompt;
  /** In [0, 2^31), of this prompt and sample. */
  readonly seed: number;
  readonly signal: AbortSignal;
}

/** Its text, or that it declined, or why what came cannot be read. */
export type ApplicationAnswer = (
  | { readonly text: string }
  | { readonly refusal: string }
  | { readonly unreadable: string }
) & { readonly headers?: ResponseHeaders | undefined };

/** An application and how it is asked. */
export interface ApplicationLanguageModelOptions {
  readonly id: string;
  readonly policy: RequestPolicy;
  /** Throws InvalidArgumentError for prompts that it cannot be asked, before anything is sent. */
  check?(prompt: Prompt): void;
  /** Throws what endpointFailure knows. */
  ask(request: ApplicationRequest): Promise<ApplicationAnswer>;
  /** Texts that may be in no answer. */
  readonly secrets?: readonly string[];
  /** What to do where nothing can be read. */
  readonly remedy: string;
}

/** Answers that cannot be read before any could be: then the file is wrong, not the answers. */
const unreadableAtFirst = 3;

/** An application behind HTTP, or a function, as a LanguageModel. */
export class ApplicationLanguageModel implements LanguageModel {
  readonly id: string;
  readonly capabilities: ReadonlySet<LanguageModelCapability> = new Set(["generate"]);
  readonly #options: ApplicationLanguageModelOptions;
  #read = 0;
  #unreadable = 0;

  constructor(options: ApplicationLanguageModelOptions) {
    this.id = options.id;
    this.#options = options;
  }

  /**
   * A sample that fails for good has the finish reason "error" or "refusal". Throws EndpointErrors where nothing more can
   * be asked, RequestRefusedError where none of the first answers can be read.
   */
  async generate(options: GenerateOptions): Promise<readonly (readonly Generation[])[]> {
    const { prompts, samples, firstSample, stop, seed } = checkGenerateOptions(options);
    throwIfAborted(options.signal);
    for (const prompt of prompts) this.#options.check?.(prompt);
    const asked = prompts.flatMap((prompt, promptIndex) =>
      Array.from({ length: samples }, async (_, index) => {
        const { beforeRepeating } = options;
        const generation = await this.#sample(
          { prompt, seed: sampleSeed(seed, prompt, firstSample + index) },
          stop,
          options.signal,
          beforeRepeating && (() => beforeRepeating({ prompt: promptIndex, sample: index })),
        );
        if (generation.text !== "") options.onText?.({ prompt: promptIndex, sample: index, text: generation.text });
        return generation;
      }),
    );
    const generations = (await Promise.allSettled(asked)).map((result) => {
      if (result.status === "rejected") throw result.reason;
      return result.value;
    });
    return prompts.map((_, index) => generations.slice(index * samples, (index + 1) * samples));
  }

  async score(): Promise<readonly Score[]> {
    throw this.#cannot("scores");
  }

  async tokenize(): Promise<readonly (readonly number[])[]> {
    throw this.#cannot("tokenises");
  }

  async embed(): Promise<readonly Float32Array[]> {
    throw this.#cannot("embeds");
  }

  async close(): Promise<void> {}

  async #sample(
    { prompt, seed }: Omit<ApplicationRequest, "signal">,
    stop: readonly string[],
    signal: AbortSignal | undefined,
    beforeRepeating: (() => Promise<void>) | undefined,
  ): Promise<Generation> {
    const outcome = await this.#options.policy.request(
      async (abortSignal) => {
        const answer = await this.#options.ask({ prompt, seed, signal: abortSignal });
        return { answer, headers: answer.headers };
      },
      signal,
      beforeRepeating,
      promptTexts(prompt),
    );
    if ("failure" in outcome) {
      const { kind, reason } = outcome.failure;
      if (kind === "unusable") return this.#unread(reason);
      return { text: "", finishReason: kind === "refusal" ? "refusal" : "error", failure: reason };
    }
    const { answer } = outcome;
    if ("unreadable" in answer) return this.#unread(answer.unreadable);
    this.#read++;
    if ("refusal" in answer) return { text: this.#withoutSecrets(answer.refusal), finishReason: "refusal" };
    return { text: textBefore(this.#withoutSecrets(answer.text), stop), finishReason: "stop" };
  }

  #unread(received: string): Generation {
    this.#unreadable++;
    if (this.#read === 0 && this.#unreadable >= unreadableAtFirst) {
      const expected = `an answer of ${this.id} that can be read`;
      throw new RequestRefusedError({ expected, received, remedy: this.#options.remedy });
    }
    return { text: "", finishReason: "error", failure: received };
  }

  /** An application may repeat what it was sent. */
  #withoutSecrets(text: string): string {
    const secrets = (this.#options.secrets ?? []).filter((secret) => secret.length >= 4);
    return secrets.reduce((rest, secret) => rest.replaceAll(secret, "[key]"), text);
  }

  #cannot(ability: string): UnsupportedCapabilityError {
    return new UnsupportedCapabilityError({
      expected: `a model that ${ability}`,
      received: this.id,
      remedy: "use a model that runs here (illume:, gguf:)",
    });
  }
}
