/** The texts of an archive's items, read part by part when one of them is looked at. */
import { type ItemTexts, itemsInPart, type PackedTexts, unpackedTexts } from "../../src/report/packed-items.ts";
import { visibleTexts } from "./text/visible-texts.ts";

/** The JSON text of a part; undefined where there is no such part. */
export type ReadPart = (part: number) => string | undefined;

export class ItemTextParts {
  readonly #read: ReadPart;
  readonly #parts = new Map<number, readonly ItemTexts[]>();

  constructor(read: ReadPart) {
    this.#read = read;
  }

  /** The texts of the item at that place of the archive, safe to look at. Throws where they are missing or damaged. */
  of(place: number): ItemTexts {
    const number = Math.floor(place / itemsInPart);
    let part = this.#parts.get(number);
    if (part === undefined) {
      const json = this.#read(number);
      part = json === undefined ? [] : unpackedTexts(visibleTexts(JSON.parse(json)) as PackedTexts);
      this.#parts.set(number, part);
    }
    const texts = part[place % itemsInPart];
    if (texts === undefined) throw new Error("A text is missing: make the report again with `illume report`.");
    return texts;
  }
}
