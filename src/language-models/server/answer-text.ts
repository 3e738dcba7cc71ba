/** Text for a request, whole or as a stream, in an endpoint's shape. */
import { randomUUID } from "node:crypto";
import { ContextLengthError } from "../context-length-error.ts";
import { checkGenerateOptions } from "../generate-options.ts";
import type { GenerateOptions, Generation, TokenLogProbability } from "../language-model.ts";
import { type AnswerShape, apiFinishReason } from "./answer-shape.ts";
import { ApiError, apiErrorOf } from "./api-error.ts";
import type { EventStream } from "./event-stream.ts";
import type { TextRequest } from "./request-bodies.ts";

/** Samples by prompt, once the model has room for them. */
export type GenerateWhenFree = (options: GenerateOptions, signal: AbortSignal) => Promise<Rows>;

type Rows = readonly (readonly Generation[])[];

/** What answering needs. */
export interface TextAnswering {
  readonly shape: AnswerShape;
  readonly request: TextRequest;
  /** Where the request leaves it open. */
  readonly maximumTokens: number;
  readonly generate: GenerateWhenFree;
  readonly signal: AbortSignal;
}

/** Tokens that a request took, where the model tells. */
export interface Usage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
  readonly total_tokens: number;
}

/** The whole answer. Throws what the model throws, ApiError 400 for log probabilities that the model does not tell. */
export async function wholeAnswer(answering: TextAnswering): Promise<object> {
  const { shape, request } = answering;
  const rows = await generated(answering);
  const usage = usageOf(rows);
  return {
    ...heading(shape, request, shape.object),
    choices: rows.flat().map((generation, index) => shape.choice(index, generation, logprobsOf(answering, generation))),
    ...(usage !== undefined && { usage }),
  };
}

/** Sends the answer piece by piece and ends the stream. Throws as wholeAnswer does, before or after the first piece. */
export async function streamAnswer(answering: TextAnswering, stream: EventStream): Promise<void> {
  const { shape, request } = answering;
  const head = heading(shape, request, shape.chunkObject);
  // With include_usage each chunk has the field.
  const noUsage = request.includeUsage ? { usage: null } : {};
  const send = (choice: object) => stream.send({ ...head, choices: [choice], ...noUsage });
  const sent = new Map<number, string>();
  const sendPiece = (index: number, text: string) => {
    const before = sent.get(index);
    if (before === undefined && shape.opening !== undefined) send(shape.opening(index));
    sent.set(index, (before ?? "") + text);
    if (text !== "") send(shape.piece(index, text));
  };
  // Whether the model tells log probabilities is known at its end, and an error should have its status.
  const onText: GenerateOptions["onText"] = request.logProbabilities
    ? undefined
    : ({ prompt, sample, text }) => sendPiece(prompt * request.samples + sample, text);
  const rows = await generated(answering, onText);
  const logprobs = rows.flat().map((generation) => logprobsOf(answering, generation));
  rows.flat().forEach((generation, index) => {
    const before = sent.get(index) ?? "";
    sendPiece(index, generation.text.startsWith(before) ? generation.text.slice(before.length) : "");
    send(shape.closing(index, apiFinishReason(generation.finishReason), logprobs[index]));
  });
  if (request.includeUsage) stream.send({ ...head, choices: [], usage: usageOf(rows) ?? null });
  stream.end();
}

async function generated(answering: TextAnswering, onText?: GenerateOptions["onText"]): Promise<Rows> {
  const { shape, request, generate, signal } = answering;
  const { prompts, samples, temperature, topP, stop, seed } = request;
  const options: GenerateOptions = {
    prompts,
    samples,
    maximumTokens: request.maximumTokens ?? answering.maximumTokens,
    temperature,
    topP,
    stop,
    ...(seed !== undefined && { seed }),
    ...(request.logProbabilities && { tokenLogProbabilities: true, alternatives: request.alternatives }),
    ...(onText !== undefined && { onText }),
    signal,
  };
  checkGenerateOptions(options);
  const rows = await generate(options, signal).catch((error: unknown) => {
    // Here it is known which parameter holds the prompt.
    throw error instanceof ContextLengthError ? apiErrorOf(error, shape.promptParameter) : error;
  });
  const failed = rows.flat().find(({ finishReason }) => finishReason === "error");
  if (failed === undefined) return rows;
  throw new ApiError({
    status: 500,
    message: "the model could not answer: see the server's own output",
    code: "model_failure",
    cause: new Error(failed.failure ?? "the model gave no reason"),
  });
}

function heading(shape: AnswerShape, { model }: TextRequest, object: string): object {
  return {
    id: `${shape.idPrefix}${randomUUID().replaceAll("-", "")}`,
    object,
    created: Math.floor(Date.now() / 1000),
    model,
    system_fingerprint: null,
  };
}

function usageOf(rows: Rows): Usage | undefined {
  let prompt = 0;
  let completion = 0;
  for (const row of rows) {
    prompt += row[0]?.promptTokens ?? Number.NaN;
    for (const { tokens } of row) completion += tokens ?? Number.NaN;
  }
  if (Number.isNaN(prompt + completion)) return undefined;
  return { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion };
}

function logprobsOf({ request, shape }: TextAnswering, generation: Generation): unknown {
  if (!request.logProbabilities) return null;
  const tokens = generation.tokenLogProbabilities;
  if (tokens === undefined) throw notTold("logprobs", request);
  const wantsAlternatives = request.alternatives > 0;
  if (wantsAlternatives && tokens.some(({ alternatives }) => alternatives === undefined)) {
    throw notTold(shape.alternativesParameter, request);
  }
  return shape.logprobs(tokensOf(generation.text, tokens), wantsAlternatives);
}

function notTold(parameter: string, { model }: TextRequest): ApiError {
  return new ApiError({
    status: 400,
    message: `${parameter} is not supported by the model ${model}, which does not tell them: leave it out`,
    param: parameter,
    code: "unsupported_parameter",
  });
}

/** The tokens that the text is made of: those of a stop text, which is not part of it, are left out. */
function tokensOf(text: string, tokens: readonly TokenLogProbability[]): TokenLogProbability[] {
  let length = 0;
  const end = tokens.findIndex((token) => {
    length += token.text.length;
    return length > text.length;
  });
  return end < 0 ? [...tokens] : tokens.slice(0, end);
}
