/** The one model that a run asks at a time. */
import type { LanguageModel } from "../../language-models/language-model.ts";
import type { Target } from "./target.ts";

/** Wraps a model before anyone asks it. */
export type WrapModel = (model: LanguageModel, target: Target) => LanguageModel;

export class OpenModel {
  readonly #wrap: WrapModel;
  #target: Target | undefined;
  #opened: LanguageModel | undefined;

  constructor(wrap: WrapModel) {
    this.#wrap = wrap;
  }

  /** The model, opened; it stays open until another one is asked for, because its graphs take seconds to prepare. */
  async open(target: Target): Promise<LanguageModel> {
    if (this.#opened === undefined || this.#target !== target) {
      await this.close();
      this.#target = target;
      this.#opened = this.#wrap(await target.open(), target);
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
