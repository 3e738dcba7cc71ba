import type { PackedItem } from "../../src/report/packed-items.ts";
import type { ArchiveItemView } from "../../src/report/view-model.ts";
import type { ItemTextParts } from "./item-texts.ts";

/** An item whose texts are read when they are looked at. Not to be spread: that would leave them behind. */
export class LazyItem {
  readonly #place: number;
  readonly #texts: ItemTextParts;

  private constructor(item: PackedItem, place: number, texts: ItemTextParts) {
    Object.assign(this, item);
    this.#place = place;
    this.#texts = texts;
  }

  static of(item: PackedItem, place: number, texts: ItemTextParts): ArchiveItemView {
    // Its getters give undefined where a field is missing, which the view model does not know.
    return new LazyItem(item, place, texts) as unknown as ArchiveItemView;
  }

  get problem(): string {
    return this.#texts.of(this.#place).problem;
  }

  get modelAnswer(): string {
    return this.#texts.of(this.#place).modelAnswer;
  }

  get rightAnswer(): string | undefined {
    return this.#texts.of(this.#place).rightAnswer;
  }

  get mutation(): string {
    return this.#texts.of(this.#place).mutation;
  }

  get seed(): string | undefined {
    return this.#texts.of(this.#place).seed;
  }

  get correction(): string | undefined {
    return this.#texts.of(this.#place).correction;
  }

  get reasons(): ArchiveItemView["reasons"] {
    return this.#texts.of(this.#place).reasons;
  }

  get judgements(): readonly string[] | undefined {
    return this.#texts.of(this.#place).judgements;
  }
}
