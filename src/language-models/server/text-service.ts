/** The model behind the server: the requests' waiting line, batches, and the limits that requests leave open. */
import type { RandomStream } from "../../core/random.ts";
import type { LanguageModel, Prompt } from "../language-model.ts";
import { embeddingsAnswer } from "./answer-embeddings.ts";
import type { AnswerShape } from "./answer-shape.ts";
import { type GenerateWhenFree, streamAnswer, wholeAnswer } from "./answer-text.ts";
import { ApiError } from "./api-error.ts";
import { collectedGeneration, directGeneration, type Generate } from "./collected-generation.ts";
import type { EventStream } from "./event-stream.ts";
import type { JsonObject } from "./read-json-body.ts";
import { parseEmbeddingRequest, type TextRequest } from "./request-bodies.ts";
import { WaitingLine } from "./waiting-line.ts";

/** A model, and how it is asked. */
export interface TextServiceOptions {
  readonly model: LanguageModel;
  /** What clients call the model. */
  readonly name: string;
  /** Seeds of requests without one are drawn from it. */
  readonly random: RandomStream;
  /** New tokens of a chat answer whose request does not say how many. */
  readonly maximumTokens: number;
  /** Sequences that the model works on at once. */
  readonly sequences: number;
  /** Requests that wait for that. */
  readonly waiting: number;
  /** How long equal requests wait for each other to be put together; 0 where the model joins calls by itself. */
  readonly collectMilliseconds: number;
}

/** Room that chat templates take, beside a few tokens for each message. */
const templateTokens = 48;

/** Answers requests with a model. */
export class TextService {
  readonly #options: TextServiceOptions;
  readonly #generate: Generate;
  readonly #line: WaitingLine;

  constructor(options: TextServiceOptions) {
    const { model, random, collectMilliseconds: milliseconds } = options;
    this.#options = options;
    this.#generate =
      milliseconds > 0 ? collectedGeneration({ model, random, milliseconds }) : directGeneration(model, random);
    this.#line = new WaitingLine({ capacity: options.sequences, places: options.waiting });
  }

  /** The whole answer. Throws ApiError, and what the model throws. */
  async answer(shape: AnswerShape, request: TextRequest, signal: AbortSignal): Promise<object> {
    return wholeAnswer(await this.#answering(shape, request, signal));
  }

  /** The answer piece by piece. Throws as `answer` does. */
  async stream(shape: AnswerShape, request: TextRequest, signal: AbortSignal, stream: EventStream): Promise<void> {
    await streamAnswer(await this.#answering(shape, request, signal), stream);
  }

  /** Vectors. Throws ApiError, and what the model throws. */
  async embeddings(body: JsonObject, signal: AbortSignal): Promise<object> {
    const request = parseEmbeddingRequest(body);
    this.requireName(request.model);
    const leave = await this.#line.enter(request.texts.length, signal);
    try {
      return await embeddingsAnswer(this.#options.model, request);
    } finally {
      leave();
    }
  }

  /** Throws ApiError 404 for the name of another model. */
  requireName(name: string): void {
    if (name === this.#options.name) return;
    throw new ApiError({
      status: 404,
      message: `the model named does not exist here: /v1/models lists the one that does (${this.#options.name})`,
      param: "model",
      code: "model_not_found",
    });
  }

  async #answering(shape: AnswerShape, request: TextRequest, signal: AbortSignal) {
    this.requireName(request.model);
    const maximumTokens = request.maximumTokens ?? (await this.#room(request.prompts));
    return { shape, request, maximumTokens, generate: this.#generateWhenFree, signal };
  }

  readonly #generateWhenFree: GenerateWhenFree = async (options, signal) => {
    const leave = await this.#line.enter(options.prompts.length * (options.samples ?? 1), signal);
    try {
      return await this.#generate(options);
    } finally {
      leave();
    }
  };

  /** No more than the context leaves beside the longest prompt, where both can be known. */
  async #room(prompts: readonly Prompt[]): Promise<number> {
    const { model, maximumTokens } = this.#options;
    const { contextLength } = model;
    if (contextLength === undefined || !model.capabilities.has("tokenize")) return maximumTokens;
    let longest = 0;
    for (const prompt of prompts) {
      const texts = typeof prompt === "string" ? [prompt] : prompt.map(({ content }) => content);
      const tokens = (await model.tokenize(texts)).reduce((sum, { length }) => sum + length + 8, templateTokens);
      longest = Math.max(longest, tokens);
    }
    return Math.max(1, Math.min(maximumTokens, contextLength - longest));
  }
}
