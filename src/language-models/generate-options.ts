/** Checks that every implementation of LanguageModel makes of what it is asked for, and the defaults. */
import { InvalidArgumentError } from "../core/errors/invalid-argument-error.ts";
import { quotedText } from "../core/quoted-text.ts";
import type { GenerateOptions, Prompt } from "./language-model.ts";

/** Options with their defaults; the signal, who listens and what is to be told are looked at where work is done. */
export type CheckedGenerateOptions = Required<
  Omit<GenerateOptions, "signal" | "onText" | "beforeRepeating" | "tokenLogProbabilities" | "alternatives">
>;

/** The most alternatives that a token can have, as with OpenAI. */
export const mostAlternatives = 20;
/** Where it is not said how many are wanted: as many as servers commonly tell. */
export const usualAlternatives = 5;

/** The options with defaults for what is left out. Throws InvalidArgumentError for values out of range. */
export function checkGenerateOptions(options: GenerateOptions): CheckedGenerateOptions {
  const {
    prompts,
    samples = 1,
    firstSample = 0,
    maximumTokens,
    temperature = 0,
    topP = 1,
    stop = [],
    seed = 0,
  } = options;
  const whole = (value: number) => Number.isInteger(value) && value >= 1;
  require(whole(samples), "samples to be a whole number of at least 1", samples);
  require(whole(firstSample + 1), "firstSample to be a whole number of at least 0", firstSample);
  require(whole(maximumTokens), "maximumTokens to be a whole number of at least 1", maximumTokens);
  require(temperature >= 0 && temperature < Infinity, "temperature to be a finite number of at least 0", temperature);
  require(topP > 0 && topP <= 1, "topP to be above 0 and at most 1", topP);
  require(Number.isSafeInteger(seed), "seed to be an integer", seed);
  const { alternatives } = options;
  require(alternatives === undefined ||
    (whole(alternatives + 1) &&
      alternatives <=
        mostAlternatives), `alternatives to be a whole number from 0 to ${mostAlternatives}`, alternatives ?? "none");
  require(!stop.includes(""), "stop texts that are not empty", "an empty one");
  return { prompts, samples, firstSample, maximumTokens, temperature, topP, stop, seed };
}

/** What is to be told of each token, as a call's content has it: the alternatives only where they were given. */
export function toldOf({ tokenLogProbabilities = false, alternatives }: GenerateOptions) {
  return { tokenLogProbabilities, ...(alternatives !== undefined && { alternatives }) };
}

/**
 * A prompt as one text, for models without a chat template: a conversation must be a single message of the user.
 * Throws InvalidArgumentError for longer ones.
 */
export function plainText(prompt: Prompt): string {
  if (typeof prompt === "string") return prompt;
  const [message] = prompt;
  if (prompt.length === 1 && message?.role === "user") return message.content;
  throw new InvalidArgumentError({
    expected: "plain text, or one message of the user",
    received: `a conversation of ${prompt.length} messages (${prompt.map(({ role }) => role).join(", ")})`,
    remedy: "this model has no chat template: put everything into one text",
  });
}

/** All texts of a prompt. */
export function promptTexts(prompt: Prompt): readonly string[] {
  return typeof prompt === "string" ? [prompt] : prompt.map(({ content }) => content);
}

/** A text up to the first of some others; the whole text where none is in it. */
export function textBefore(text: string, stop: readonly string[]): string {
  let end = text.length;
  for (const ending of stop) {
    const position = text.indexOf(ending);
    if (position >= 0 && position < end) end = position;
  }
  return text.slice(0, end);
}

function require(holds: boolean, expected: string, received: number | string): void {
  if (holds) return;
  throw new InvalidArgumentError({ expected, received: quotedText(String(received)), remedy: "correct it" });
}
