/**
 * The items of an archive as they lie in the page: what maps and lists need of all of them at once, and apart from it, in
 * parts, the texts, of which a part is read when one of its items is looked at. So that an archive of 100,000 opens at once.
 */
import type { ArchiveItemView, ReportViewModel } from "./view-model.ts";

/** The fields of an item that lie in the parts. */
export const textFields = [
  "problem",
  "modelAnswer",
  "rightAnswer",
  "mutation",
  "seed",
  "judgements",
  "reasons",
  "correction",
] as const;

/** The texts of one item. */
export type ItemTexts = Pick<ArchiveItemView, (typeof textFields)[number]>;

/** An item without its texts. */
export type PackedItem = Omit<ArchiveItemView, (typeof textFields)[number]>;

/** Items whose texts are in one part. */
export const itemsInPart = 256;

/** The view model without the texts of its archive's items. */
export function withoutTexts(viewModel: ReportViewModel): object {
  const { archive } = viewModel;
  return archive === undefined
    ? viewModel
    : { ...viewModel, archive: { ...archive, items: archive.items.map(packed) } };
}

/** The parts, each with the texts of `itemsInPart` items in their order; the last may have fewer. */
export function* textParts({ archive }: ReportViewModel): Generator<readonly ItemTexts[]> {
  const items = archive?.items ?? [];
  for (let from = 0; from < items.length; from += itemsInPart) yield items.slice(from, from + itemsInPart).map(textsOf);
}

function packed(item: ArchiveItemView): PackedItem {
  const { problem, modelAnswer, rightAnswer, mutation, seed, judgements, reasons, correction, ...rest } = item;
  return rest;
}

function textsOf(item: ArchiveItemView): ItemTexts {
  const { problem, modelAnswer, rightAnswer, mutation, seed, judgements, reasons, correction } = item;
  return {
    problem,
    modelAnswer,
    mutation,
    ...(rightAnswer !== undefined && { rightAnswer }),
    ...(seed !== undefined && { seed }),
    ...(judgements !== undefined && { judgements }),
    ...(reasons !== undefined && { reasons }),
    ...(correction !== undefined && { correction }),
  };
}
