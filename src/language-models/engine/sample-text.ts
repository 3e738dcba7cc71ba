/** A sample's tokens as text that grows: whole characters only, and cut before the first stop text. */
import { textBefore } from "../generate-options.ts";
import type { Tokenizer } from "../tokenizer.ts";

const replacement = "\uFFFD";

export class SampleText {
  readonly #tokenizer: Tokenizer;
  readonly #stop: readonly string[];
  readonly #tokens: number[] = [];
  /** Tokens whose text is complete, and where the tokens begin that give the next ones their context. */
  #complete = 0;
  #context = 0;
  #text = "";
  #told = 0;
  #stopped: number | undefined;

  constructor(tokenizer: Tokenizer, stop: readonly string[]) {
    this.#tokenizer = tokenizer;
    this.#stop = stop;
  }

  /** Tokens up to that with which a stop text was complete, undefined without one. */
  get stoppedAfter(): number | undefined {
    return this.#stopped;
  }

  /** Takes the next token: the text that can be told now, which may be empty. */
  append(token: number): string {
    if (this.#stopped !== undefined) return "";
    this.#tokens.push(token);
    const before = this.#tokenizer.decode(this.#tokens.slice(this.#context, this.#complete));
    const now = this.#tokenizer.decode(this.#tokens.slice(this.#context));
    // A character in parts: the rest comes with later tokens.
    if (now.endsWith(replacement) || !now.startsWith(before)) return "";
    this.#text += now.slice(before.length);
    this.#context = this.#complete;
    this.#complete = this.#tokens.length;
    const cut = textBefore(this.#text, this.#stop);
    if (cut.length < this.#text.length) {
      this.#stopped = this.#tokens.length;
      this.#text = cut;
      return this.#tell(cut.length);
    }
    return this.#tell(this.#text.length - possibleStop(this.#text, this.#stop));
  }

  /** What was held back of the whole text, when no more tokens come. */
  finish(whole: string): string {
    if (!whole.startsWith(this.#text.slice(0, this.#told))) return "";
    return whole.slice(this.#told);
  }

  #tell(end: number): string {
    const piece = this.#text.slice(this.#told, end);
    this.#told = Math.max(this.#told, end);
    return piece;
  }
}

/** Length of the longest end of a text with which a stop text may begin. */
function possibleStop(text: string, stop: readonly string[]): number {
  let longest = 0;
  for (const ending of stop) {
    for (let length = Math.min(ending.length - 1, text.length); length > longest; length--) {
      if (text.endsWith(ending.slice(0, length))) longest = length;
    }
  }
  return longest;
}
