/** The one model that a run asks at a time. */

import type { TransformerFile } from "../language-models/engine/transformer-file.ts";
import { TransformerLanguageModel } from "../language-models/engine/transformer-language-model.ts";
import type { LanguageModel } from "../language-models/language-model.ts";
import type { Tokenizer } from "../language-models/tokenizer.ts";
import type { TransformerParameters } from "../nn/transformer.ts";

export interface OpenModelOptions {
  readonly id: string;
  readonly tokenizer: Tokenizer;
  readonly threads: number;
  /** Wraps the model before anyone asks it; told which file's it is. */
  readonly wrap?: (model: LanguageModel, file: TransformerFile) => LanguageModel;
}

export class OpenModel {
  readonly #options: OpenModelOptions;
  #parameters: TransformerParameters | undefined;
  #opened: LanguageModel | undefined;

  constructor(options: OpenModelOptions) {
    this.#options = options;
  }

  /** The model, opened; it stays open until another one is asked for, because its graphs take seconds to prepare. */
  async open(model: TransformerFile): Promise<LanguageModel> {
    if (this.#opened === undefined || this.#parameters !== model.parameters) {
      await this.close();
      this.#parameters = model.parameters;
      const { id, tokenizer, threads, wrap = (opened) => opened } = this.#options;
      const { shape, parameters } = model;
      this.#opened = wrap(new TransformerLanguageModel({ id, tokenizer, threads, shape, parameters }), model);
    }
    return this.#opened;
  }

  /** Ends its threads; calling it twice is harmless. */
  async close(): Promise<void> {
    const opened = this.#opened;
    this.#opened = undefined;
    await opened?.close();
  }
}
