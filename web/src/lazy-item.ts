import type { BareItem } from "../../src/report/packed-items.ts";
import type { ArchiveItemView } from "../../src/report/view-model.ts";
import type { ItemTextParts } from "./item-texts.ts";

/** An item whose texts are read when they are looked at. Not to be spread: that would leave them behind. */
export class LazyItem {
  // One by one, so that all of a hundred thousand have one shape; undefined where a field is missing.
  readonly id: string;
  readonly parentId: string | undefined;
  readonly bins: readonly number[];
  readonly correct: boolean;
  readonly fitness: number;
  readonly scored: false | undefined;
  readonly iteration: number;
  readonly similarity: number | undefined;
  readonly elite: boolean;
  readonly review: BareItem["review"] | undefined;
  readonly #place: number;
  readonly #texts: ItemTextParts;

  private constructor(item: BareItem, place: number, texts: ItemTextParts) {
    this.id = item.id;
    this.parentId = item.parentId;
    this.bins = item.bins;
    this.correct = item.correct;
    this.fitness = item.fitness;
    this.scored = item.scored;
    this.iteration = item.iteration;
    this.similarity = item.similarity;
    this.elite = item.elite;
    this.review = item.review;
    this.#place = place;
    this.#texts = texts;
  }

  static of(item: BareItem, place: number, texts: ItemTextParts): ArchiveItemView {
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
