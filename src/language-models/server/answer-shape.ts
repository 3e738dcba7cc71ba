/** How the two endpoints for text differ in what they answer. */
import type { FinishReason, Generation, TokenLogProbability } from "../language-model.ts";

/** OpenAI's names of why a sample ended. */
export type ApiFinishReason = "stop" | "length" | "content_filter";

/** The objects that one endpoint answers with. */
export interface AnswerShape {
  readonly idPrefix: string;
  readonly object: string;
  readonly chunkObject: string;
  /** The request's parameter that the model reads. */
  readonly promptParameter: string;
  /** A whole choice. */
  choice(index: number, generation: Generation, logprobs: unknown): object;
  /** What a choice of a stream begins with, where it has a beginning. */
  readonly opening: ((index: number) => object) | undefined;
  piece(index: number, text: string): object;
  closing(index: number, finishReason: ApiFinishReason, logprobs: unknown): object;
  /** Log probabilities of the tokens that make up the text, in the endpoint's own form. */
  logprobs(tokens: readonly TokenLogProbability[]): unknown;
}

/** A model that does not tell why it ended did end. */
export function apiFinishReason(reason: FinishReason): ApiFinishReason {
  if (reason === "length") return "length";
  return reason === "refusal" ? "content_filter" : "stop";
}

/** /v1/chat/completions. */
export const chatShape: AnswerShape = {
  idPrefix: "chatcmpl-",
  object: "chat.completion",
  chunkObject: "chat.completion.chunk",
  promptParameter: "messages",
  choice: (index, { text, finishReason }, logprobs) => ({
    index,
    message: { role: "assistant", content: text, refusal: null },
    logprobs,
    finish_reason: apiFinishReason(finishReason),
  }),
  opening: (index) => chatChunk(index, { role: "assistant", content: "" }, null, null),
  piece: (index, text) => chatChunk(index, { content: text }, null, null),
  closing: (index, finishReason, logprobs) => chatChunk(index, {}, finishReason, logprobs),
  logprobs: (tokens) => ({
    content: tokens.map(({ text, logProbability }) => ({
      token: text,
      logprob: logProbability,
      bytes: [...Buffer.from(text)],
      top_logprobs: [],
    })),
    refusal: null,
  }),
};

/** /v1/completions. */
export const completionShape: AnswerShape = {
  idPrefix: "cmpl-",
  object: "text_completion",
  chunkObject: "text_completion",
  promptParameter: "prompt",
  choice: (index, { text, finishReason }, logprobs) =>
    completionChoice(index, text, apiFinishReason(finishReason), logprobs),
  opening: undefined,
  piece: (index, text) => completionChoice(index, text, null, null),
  closing: (index, finishReason, logprobs) => completionChoice(index, "", finishReason, logprobs),
  logprobs: (tokens) => {
    let offset = 0;
    return {
      tokens: tokens.map(({ text }) => text),
      token_logprobs: tokens.map(({ logProbability }) => logProbability),
      top_logprobs: null,
      text_offset: tokens.map(({ text }) => {
        const start = offset;
        offset += text.length;
        return start;
      }),
    };
  },
};

function chatChunk(index: number, delta: object, finishReason: ApiFinishReason | null, logprobs: unknown): object {
  return { index, delta, logprobs, finish_reason: finishReason };
}

function completionChoice(
  index: number,
  text: string,
  finishReason: ApiFinishReason | null,
  logprobs: unknown,
): object {
  return { index, text, logprobs, finish_reason: finishReason };
}
