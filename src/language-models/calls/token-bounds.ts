/**
 * How many tokens a text can have at most, where the model that would count them is far away.
 *
 * A token of the tokenizers in use (byte-level BPE, SentencePiece with byte fallback) stands for at least one byte of its
 * text, so that UTF-8 bytes are a bound; templates add markers around each message and some add a system message of
 * their own. A provider that counted more than this would be charged as it counts, and the cap met that much too late.
 */
import type { Prompt } from "../language-model.ts";

const tokensOfTemplate = 64;
const tokensOfMarkers = 16;

/** An upper bound of the tokens of a prompt with its template. */
export function promptTokensAtMost(prompt: Prompt): number {
  const messages = typeof prompt === "string" ? [{ content: prompt }] : prompt;
  let tokens = tokensOfTemplate;
  for (const { content } of messages) tokens += tokensOfMarkers + textTokensAtMost(content);
  return tokens;
}

/** An upper bound of the tokens of a text by itself. */
export function textTokensAtMost(text: string): number {
  return Buffer.byteLength(text, "utf8");
}
