/** A language model that answers as it is told and remembers what it was asked: for tests, examples and dry runs. */
import { InvalidArgumentError } from "../core/errors/invalid-argument-error.ts";
import { UnsupportedCapabilityError } from "../core/errors/unsupported-capability-error.ts";
import { RandomStream } from "../core/random.ts";
import { checkGenerateOptions, textBefore } from "./generate-options.ts";
import { throwIfAborted } from "./interrupted.ts";
import type {
  GenerateOptions,
  Generation,
  LanguageModel,
  LanguageModelCapability,
  Prompt,
  Score,
  ScoreOptions,
} from "./language-model.ts";

/** What an answer is asked for. */
export interface ScriptedRequest {
  readonly prompt: Prompt;
  /** The prompt as text: messages are joined by line breaks. */
  readonly text: string;
  /** Which sample of the prompt, from 0. */
  readonly sample: number;
  /** The sample's own stream, from seed, text and sample. */
  readonly random: RandomStream;
}

/** What a scripted model answers; it is capable of what it has a function for. */
export interface ScriptedLanguageModelOptions {
  /** Default "scripted". */
  readonly id?: string;
  /**
   * A function that answers each sample (it may throw, to try out failures), or answers to give out in order, by
   * prompt, then by sample; without it the model does not generate.
   */
  readonly answer?: ((request: ScriptedRequest) => string) | readonly string[];
  /** The natural-log probability of a completion, or a whole score; without it the model does not score. */
  readonly score?: (prompt: string, completion: string) => number | Score;
  /** A text's vector; without it the model does not embed. */
  readonly embed?: (text: string) => Float32Array;
  /** A text's tokens; without it the model does not tokenise, and counts words. */
  readonly tokenize?: (text: string) => readonly number[];
}

/** One call, as it came. */
export type ScriptedCall =
  | { readonly method: "generate"; readonly options: GenerateOptions }
  | { readonly method: "score"; readonly options: ScoreOptions }
  | { readonly method: "tokenize" | "embed"; readonly texts: readonly string[] };

/** A model for tests: it answers what it is told to and records its calls. */
export class ScriptedLanguageModel implements LanguageModel {
  readonly id: string;
  readonly capabilities: ReadonlySet<LanguageModelCapability>;
  /** All calls so far, in order. */
  readonly calls: readonly ScriptedCall[];
  readonly #calls: ScriptedCall[] = [];
  readonly #options: ScriptedLanguageModelOptions;
  #given = 0;

  constructor(options: ScriptedLanguageModelOptions) {
    this.#options = options;
    this.id = options.id ?? "scripted";
    this.calls = this.#calls;
    const abilities: readonly (readonly [LanguageModelCapability, unknown])[] = [
      ["generate", options.answer],
      ["score", options.score],
      ["tokenize", options.tokenize],
      ["embed", options.embed],
    ];
    this.capabilities = new Set(abilities.filter(([, ability]) => ability !== undefined).map(([name]) => name));
  }

  /** Answers are cut at stop texts and after maximumTokens words; temperature and topP change nothing. */
  async generate(options: GenerateOptions): Promise<readonly (readonly Generation[])[]> {
    this.#calls.push({ method: "generate", options });
    const { answer } = this.#options;
    if (answer === undefined) throw this.#cannot("generates");
    const { prompts, samples, firstSample, seed, stop, maximumTokens } = checkGenerateOptions(options);
    throwIfAborted(options.signal);
    return prompts.map((prompt, promptIndex) => {
      const text = textOf(prompt);
      return Array.from({ length: samples }, (_, index): Generation => {
        const sample = firstSample + index;
        const random = new RandomStream(seed, ["generate", text, sample]);
        const whole = typeof answer === "function" ? answer({ prompt, text, sample, random }) : this.#next(answer);
        const words = (part: string) => part.match(/\s*\S+/gu) ?? [];
        const stopped = textBefore(whole, stop);
        const long = words(stopped).length > maximumTokens;
        const given = long ? words(stopped).slice(0, maximumTokens).join("") : stopped;
        if (given !== "") options.onText?.({ prompt: promptIndex, sample: index, text: given });
        return {
          text: given,
          finishReason: long ? "length" : "stop",
          promptTokens: words(text).length,
          tokens: words(given).length,
        };
      });
    });
  }

  async score(options: ScoreOptions): Promise<readonly Score[]> {
    this.#calls.push({ method: "score", options });
    const { score } = this.#options;
    if (score === undefined) throw this.#cannot("scores");
    throwIfAborted(options.signal);
    return options.items.map(({ prompt, completion }) => {
      const given = score(textOf(prompt), completion);
      if (typeof given !== "number") return given;
      const words = completion.match(/\S+/gu)?.length ?? 0;
      return { logProbability: given, tokens: words + 1, greedy: false };
    });
  }

  async tokenize(texts: readonly string[]): Promise<readonly (readonly number[])[]> {
    this.#calls.push({ method: "tokenize", texts });
    const { tokenize } = this.#options;
    if (tokenize === undefined) throw this.#cannot("tokenises");
    return texts.map((text) => tokenize(text));
  }

  async embed(texts: readonly string[]): Promise<readonly Float32Array[]> {
    this.#calls.push({ method: "embed", texts });
    const { embed } = this.#options;
    if (embed === undefined) throw this.#cannot("embeds");
    return texts.map((text) => embed(text));
  }

  async close(): Promise<void> {}

  #next(answers: readonly string[]): string {
    const answer = answers[this.#given++];
    if (answer !== undefined) return answer;
    throw new InvalidArgumentError({
      expected: `at most ${answers.length} samples from the script of ${this.id}`,
      received: `request number ${this.#given}`,
      remedy: "write more answers, or pass a function",
    });
  }

  #cannot(ability: string): UnsupportedCapabilityError {
    return new UnsupportedCapabilityError({
      expected: `a model that ${ability}`,
      received: this.id,
      remedy: "give the script a function for it",
    });
  }
}

function textOf(prompt: Prompt): string {
  return typeof prompt === "string" ? prompt : prompt.map(({ content }) => content).join("\n");
}
