/** A model that answers word by word as slowly as it is told, and remembers who stopped it. */
import { RandomStream } from "../../src/core/random.ts";
import { checkGenerateOptions, textBefore } from "../../src/language-models/generate-options.ts";
import { interrupted } from "../../src/language-models/interrupted.ts";
import type { GenerateOptions, Generation, Prompt } from "../../src/language-models/language-model.ts";
import { ScriptedLanguageModel } from "../../src/language-models/scripted-language-model.ts";

export class PacedLanguageModel extends ScriptedLanguageModel {
  /** Milliseconds between two words. */
  pace = 0;
  /** Calls that a signal stopped. */
  stopped = 0;
  /** Calls under way. */
  running = 0;
  /** The most calls that were under way at once. */
  mostRunning = 0;
  /** Words to say. */
  words = 8;
  /** Log probabilities are told. */
  tells = true;
  /** Alternatives are told beside them. */
  tellsAlternatives = true;

  constructor() {
    super({
      id: "paced",
      answer: () => "",
      embed: (text) => Float32Array.of(text.length, 0.1, -2),
      tokenize: (text) => text.split(" ").map(({ length }) => length),
    });
  }

  /** What a sample is, whoever asks. */
  wordsOf(prompt: Prompt, seed: number, sample: number): string[] {
    const text = typeof prompt === "string" ? prompt : prompt.map(({ content }) => content).join("|");
    const random = new RandomStream(seed, [text, sample]);
    return [text, ...Array.from({ length: this.words - 1 }, () => ` ${random.integer(0, 1000)}é`)];
  }

  override async generate(options: GenerateOptions): Promise<readonly (readonly Generation[])[]> {
    const { prompts, samples, seed, stop, maximumTokens } = checkGenerateOptions(options);
    const told = prompts.map((prompt) =>
      Array.from({ length: samples }, (_, sample) => this.wordsOf(prompt, seed, sample).slice(0, maximumTokens)),
    );
    this.running++;
    this.mostRunning = Math.max(this.mostRunning, this.running);
    try {
      for (let word = 0; word < this.words; word++) {
        if (this.pace > 0) await new Promise((resolve) => setTimeout(resolve, this.pace));
        if (options.signal?.aborted === true) {
          this.stopped++;
          throw interrupted();
        }
        if (stop.length > 0) continue;
        told.forEach((row, prompt) => {
          row.forEach((words, sample) => {
            const text = words[word];
            if (text !== undefined) options.onText?.({ prompt, sample, text });
          });
        });
      }
    } finally {
      this.running--;
    }
    return told.map((row) =>
      row.map((words): Generation => {
        const text = textBefore(words.join(""), stop);
        return {
          text,
          finishReason: text === words.join("") && words.length === maximumTokens ? "length" : "stop",
          promptTokens: 3,
          tokens: words.length,
          ...(this.tells &&
            options.tokenLogProbabilities === true && {
              tokenLogProbabilities: words.map((word, index) => ({
                text: word,
                logProbability: -1 - index,
                ...(this.tellsAlternatives && {
                  alternatives: Array.from({ length: options.alternatives ?? 0 }, (_, rank) => ({
                    text: rank === 1 ? word : rank === 2 ? "\ufffd" : `${rank}!`,
                    logProbability: -rank - index,
                  })),
                }),
              })),
            }),
        };
      }),
    );
  }
}
