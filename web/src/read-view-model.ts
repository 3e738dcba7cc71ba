import { type PackedItems, unpackedItems } from "../../src/report/packed-items.ts";
import type { ReportViewModel } from "../../src/report/view-model.ts";
import { ItemTextParts, type ReadPart } from "./item-texts.ts";
import { LazyItem } from "./lazy-item.ts";
import { visibleTexts } from "./text/visible-texts.ts";

/**
 * The view model from the JSON text inside the page, every string in it made safe to look at (`visibleText`); the texts of
 * its archive's items are read from their parts when they are looked at.
 * Throws where the text is no JSON, or of another format than this page draws.
 */
export function readViewModel(text: string, readPart: ReadPart): ReportViewModel {
  let parsed: unknown;
  try {
    parsed = visibleTexts(JSON.parse(text));
  } catch {
    throw new Error("Its data is damaged: make it again with `illume report`.");
  }
  if (typeof parsed !== "object" || parsed === null || (parsed as { format?: unknown }).format !== 1) {
    throw new Error("Its data is of another version than its page: make it again with `illume report`.");
  }
  const viewModel = parsed as ReportViewModel;
  const { archive } = viewModel;
  if (archive === undefined) return viewModel;
  const texts = new ItemTextParts(readPart);
  const packed = archive.items as unknown as PackedItems;
  const items = unpackedItems(packed).map((item, place) => LazyItem.of(item, place, texts));
  return { ...viewModel, archive: { ...archive, items } };
}
