/** What a model reads before it writes: a plain text or a conversation as token ids. */
import { plainText } from "./generate-options.ts";
import type { Prompt } from "./language-model.ts";
import type { Tokenizer } from "./tokenizer.ts";

/**
 * Token ids of a prompt, at least one. Text stands behind the begin token, where there is one, and is never put into a
 * chat template; a conversation goes through the template or, for models without one, must be a single message of the
 * user, which is then plain text. An empty text of a model without begin token is an end token, behind which the next
 * text of its training began.
 * Throws InvalidArgumentError for what the model cannot express.
 */
export function encodePrompt(tokenizer: Tokenizer, prompt: Prompt): number[] {
  if (typeof prompt !== "string" && tokenizer.encodeChat !== undefined) return tokenizer.encodeChat(prompt);
  const tokens = tokenizer.encode(plainText(prompt));
  const start = tokenizer.beginToken ?? (tokens.length === 0 ? tokenizer.endTokens.at(-1) : undefined);
  return start === undefined ? tokens : [start, ...tokens];
}

/** A prompt as one text that names it, e.g. for a random stream: different prompts have different names. */
export function promptName(tokenizer: Tokenizer, prompt: Prompt): string {
  const chat = typeof prompt !== "string" && tokenizer.encodeChat !== undefined;
  return chat ? JSON.stringify(prompt.map(({ role, content }) => [role, content])) : plainText(prompt);
}
