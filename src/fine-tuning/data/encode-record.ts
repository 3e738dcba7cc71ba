/** Records as token sequences, with what of them is learnt. */
import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";
import { encodePrompt } from "../../language-models/encode-prompt.ts";
import type { ChatMessage } from "../../language-models/language-model.ts";
import { endToken, type Tokenizer } from "../../language-models/tokenizer.ts";
import type { PreferenceRecord, TextOrMessages, TrainingRecord } from "./training-record.ts";

/** A sequence of tokens; position i is learnt, given all before it, where taught[i] is true. Never the first one. */
export interface TokenSequence {
  readonly tokens: readonly number[];
  readonly taught: readonly boolean[];
}

/** A sequence in the making. */
class SequenceBuilder {
  readonly tokens: number[] = [];
  readonly taught: boolean[] = [];

  add(tokens: readonly number[], taught: boolean): void {
    for (const token of tokens) {
      this.tokens.push(token);
      this.taught.push(taught && this.tokens.length > 1);
    }
  }
}

/**
 * The sequences of a record: one, or for a chat whose template does not repeat earlier turns as they were, one for each
 * of the assistant's turns. Completions, and the assistant's turns of a chat, are learnt with the end token behind them;
 * a text is learnt whole.
 * Throws InvalidArgumentError for what the tokenizer or its template refuses.
 */
export function encodeRecord(
  tokenizer: Tokenizer,
  record: Exclude<TrainingRecord, PreferenceRecord>,
): readonly TokenSequence[] {
  switch (record.format) {
    case "chat":
      return encodeChat(tokenizer, record.messages);
    case "prompt and completion":
      return [answered(tokenizer, record.prompt, record.completion)];
    case "text": {
      const sequence = new SequenceBuilder();
      if (tokenizer.beginToken !== undefined) sequence.add([tokenizer.beginToken], false);
      sequence.add([...tokenizer.encode(record.text), endToken(tokenizer)], true);
      return [sequence];
    }
  }
}

/** A prompt and an answer to it, of which the answer and its end are learnt. */
export function answered(tokenizer: Tokenizer, prompt: TextOrMessages, answer: string): TokenSequence {
  const sequence = new SequenceBuilder();
  sequence.add(encodePrompt(tokenizer, prompt), false);
  sequence.add([...tokenizer.encode(answer), endToken(tokenizer)], true);
  return sequence;
}

/** Throws InvalidArgumentError where a model has none. */
export function requireChatTemplate(
  tokenizer: Tokenizer,
): asserts tokenizer is Tokenizer & Required<Pick<Tokenizer, "encodeChat">> {
  if (tokenizer.encodeChat !== undefined) return;
  throw new InvalidArgumentError({
    expected: "a model with a chat template, to learn from chats",
    received: "a model without one",
    remedy: "use an instruct model, or write prompt and completion",
  });
}

function encodeChat(tokenizer: Tokenizer, messages: readonly ChatMessage[]): readonly TokenSequence[] {
  requireChatTemplate(tokenizer);
  const sequences: SequenceBuilder[] = [];
  messages.forEach(({ role, content }, index) => {
    if (role !== "assistant") return;
    const prompt = tokenizer.encodeChat(messages.slice(0, index));
    const last = sequences.at(-1);
    const continues = last?.tokens.every((token, position) => prompt[position] === token) === true;
    const sequence = last !== undefined && continues ? last : new SequenceBuilder();
    if (sequence !== last) sequences.push(sequence);
    sequence.add(prompt.slice(sequence.tokens.length), false);
    sequence.add([...tokenizer.encode(content), endToken(tokenizer)], true);
  });
  return sequences;
}

/**
 * A sequence of at most so many tokens, cut at the end; undefined where nothing that is learnt is left.
 * @param maximumLength tokens, at least 2
 */
export function shortened(sequence: TokenSequence, maximumLength: number): TokenSequence | undefined {
  const { tokens, taught } = sequence;
  const cut =
    tokens.length <= maximumLength
      ? sequence
      : { tokens: tokens.slice(0, maximumLength), taught: taught.slice(0, maximumLength) };
  return cut.taught.includes(true) ? cut : undefined;
}

/** Tokens of a sequence that are learnt. */
export function taughtTokens({ taught }: TokenSequence): number {
  return taught.reduce((sum, one) => sum + Number(one), 0);
}
