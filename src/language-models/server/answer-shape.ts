/** How the two endpoints for text differ in what they answer. */
import type { FinishReason, Generation, TokenAlternative, TokenLogProbability } from "../language-model.ts";

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
  /** The request's parameter that asks for alternatives. */
  readonly alternativesParameter: string;
  /** Log probabilities of the tokens that make up the text, in the endpoint's own form. */
  logprobs(tokens: readonly TokenLogProbability[], withAlternatives: boolean): unknown;
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
  alternativesParameter: "top_logprobs",
  logprobs: (tokens, withAlternatives) => ({
    content: tokens.map((token) => ({
      ...chatToken(token),
      top_logprobs: withAlternatives ? (token.alternatives ?? []).map(chatToken) : [],
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
  alternativesParameter: "logprobs",
  logprobs: (tokens, withAlternatives) => {
    let offset = 0;
    return {
      tokens: tokens.map(({ text }) => text),
      token_logprobs: tokens.map(({ logProbability }) => logProbability),
      top_logprobs: withAlternatives ? tokens.map(completionAlternatives) : null,
      text_offset: tokens.map(({ text }) => {
        const start = offset;
        offset += text.length;
        return start;
      }),
    };
  },
};

function chatToken({ text, logProbability }: TokenAlternative): object {
  // A part of a character is no text, and its bytes are not known here.
  return { token: text, logprob: logProbability, bytes: text.includes("\ufffd") ? null : [...Buffer.from(text)] };
}

/** By text, the sampled token too; of several with the same text the most probable. */
function completionAlternatives(token: TokenLogProbability): Readonly<Record<string, number>> {
  const byText = new Map<string, number>();
  for (const { text, logProbability } of [...(token.alternatives ?? []), token]) {
    if (!byText.has(text)) byText.set(text, logProbability);
  }
  return Object.fromEntries(byText);
}

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
