/**
 * The items of an archive as they lie in the page: what maps and lists need of all of them at once, and apart from it, in
 * parts, the texts, of which a part is read when one of its items is looked at. Both lie there column by column, a parent as
 * its place and lines that are often the same once a part, because the time in which a page opens is that of its bytes.
 */
import type { ArchiveItemView, ArchiveView, ReportViewModel } from "./view-model.ts";

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
export type BareItem = Omit<ArchiveItemView, (typeof textFields)[number]>;

/** Items whose texts are in one part. */
export const itemsInPart = 256;

/** A value for each item, null where it has none; left out where none has one. */
type Column<Value> = readonly (Value | null)[];

/** The items without their texts. */
export interface PackedItems {
  readonly id: readonly string[];
  /** The parent's place among the items, or its id where it is none of them. */
  readonly parentId?: Column<number | string>;
  /** By dimension. */
  readonly bins: readonly (readonly number[])[];
  /** 1 and 0. */
  readonly correct: readonly number[];
  readonly elite: readonly number[];
  /** Null for what JSON lacks. */
  readonly fitness: Column<number>;
  readonly iteration: readonly number[];
  readonly similarity?: Column<number>;
  readonly scored?: Column<false>;
  readonly review?: Column<NonNullable<ArchiveItemView["review"]>>;
}

/** The texts of `itemsInPart` items. */
export interface PackedTexts {
  readonly problem: readonly string[];
  readonly modelAnswer: readonly string[];
  readonly rightAnswer?: Column<string>;
  readonly seed?: Column<string>;
  readonly correction?: Column<string>;
  readonly reasons?: Column<NonNullable<ArchiveItemView["reasons"]>>;
  /** Places in `lines`. */
  readonly mutation: readonly number[];
  readonly judgements?: Column<readonly number[]>;
  readonly lines: readonly string[];
}

/** The view model without the texts of its archive's items. */
export function withoutTexts(viewModel: ReportViewModel): object {
  const { archive } = viewModel;
  return archive === undefined ? viewModel : { ...viewModel, archive: { ...archive, items: packedItems(archive) } };
}

/** The parts, each with the texts of `itemsInPart` items in their order; the last may have fewer. */
export function* textParts({ archive }: ReportViewModel): Generator<PackedTexts> {
  const items = archive?.items ?? [];
  for (let from = 0; from < items.length; from += itemsInPart) yield packedTexts(items.slice(from, from + itemsInPart));
}

/** In one walk: of a hundred thousand items each further one costs as much as writing a column. */
function packedItems({ items, dimensions }: ArchiveView): PackedItems {
  const places = new Map<string, number>();
  for (let place = 0; place < items.length; place++) places.set((items[place] as ArchiveItemView).id, place);
  const bins = dimensions.map((): number[] => []);
  const [id, parentId] = [[] as string[], [] as (number | string | null)[]];
  const [correct, elite, fitness, iteration] = [[] as number[], [] as number[], [] as number[], [] as number[]];
  const similarity: (number | null)[] = [];
  const scored: (false | null)[] = [];
  const review: (NonNullable<ArchiveItemView["review"]> | null)[] = [];
  for (const item of items) {
    const parent = item.parentId;
    id.push(item.id);
    parentId.push(parent === undefined ? null : (places.get(parent) ?? parent));
    for (let dimension = 0; dimension < bins.length; dimension++) bins[dimension]?.push(item.bins[dimension] as number);
    correct.push(Number(item.correct));
    elite.push(Number(item.elite));
    fitness.push(item.fitness);
    iteration.push(item.iteration);
    similarity.push(item.similarity ?? null);
    scored.push(item.scored ?? null);
    review.push(item.review ?? null);
  }
  return {
    id,
    ...(hasValue(parentId) && { parentId }),
    bins,
    correct,
    elite,
    fitness,
    iteration,
    ...(hasValue(similarity) && { similarity }),
    ...(hasValue(scored) && { scored }),
    ...(hasValue(review) && { review }),
  };
}

/** The items of a page, in their order. */
export function unpackedItems(packed: PackedItems): BareItem[] {
  const { id: ids, bins, correct, elite, fitness, iteration, parentId, similarity, scored, review } = packed;
  return ids.map((id, place) => {
    const parent = parentId?.[place] ?? undefined;
    const item: { -readonly [Field in keyof BareItem]: BareItem[Field] } = {
      id,
      bins: bins.map((ofDimension) => ofDimension[place] as number),
      correct: correct[place] === 1,
      fitness: fitness[place] as number,
      iteration: iteration[place] as number,
      elite: elite[place] === 1,
    };
    if (parent !== undefined) item.parentId = typeof parent === "number" ? (ids[parent] as string) : parent;
    if (similarity?.[place] != null) item.similarity = similarity[place];
    if (scored?.[place] != null) item.scored = scored[place];
    if (review?.[place] != null) item.review = review[place];
    return item;
  });
}

function packedTexts(items: readonly ArchiveItemView[]): PackedTexts {
  const places = new Map<string, number>();
  const placeOf = (line: string) => {
    const place = places.get(line) ?? places.size;
    places.set(line, place);
    return place;
  };
  const rightAnswer = column(items, (item) => item.rightAnswer);
  const seed = column(items, (item) => item.seed);
  const correction = column(items, (item) => item.correction);
  const reasons = column(items, (item) => item.reasons);
  const judgements = column(items, (item) => item.judgements?.map(placeOf));
  return {
    problem: items.map(({ problem }) => problem),
    modelAnswer: items.map(({ modelAnswer }) => modelAnswer),
    ...(rightAnswer && { rightAnswer }),
    ...(seed && { seed }),
    ...(correction && { correction }),
    ...(reasons && { reasons }),
    mutation: items.map(({ mutation }) => placeOf(mutation)),
    ...(judgements && { judgements }),
    lines: [...places.keys()],
  };
}

/** The texts of a part, in their order. */
export function unpackedTexts(packed: PackedTexts): ItemTexts[] {
  const { problem, modelAnswer, rightAnswer, seed, correction, reasons, mutation, judgements, lines } = packed;
  const lineAt = (place: number) => lines[place] as string;
  return problem.map((text, place) => ({
    problem: text,
    modelAnswer: modelAnswer[place] as string,
    mutation: lineAt(mutation[place] as number),
    ...(rightAnswer?.[place] != null && { rightAnswer: rightAnswer[place] }),
    ...(seed?.[place] != null && { seed: seed[place] }),
    ...(correction?.[place] != null && { correction: correction[place] }),
    ...(reasons?.[place] != null && { reasons: reasons[place] }),
    ...(judgements?.[place] != null && { judgements: judgements[place].map(lineAt) }),
  }));
}

function column<Value>(
  items: readonly ArchiveItemView[],
  read: (item: ArchiveItemView) => Value | undefined,
): Column<Value> | undefined {
  const values = items.map((item) => read(item) ?? null);
  return hasValue(values) ? values : undefined;
}

function hasValue(column: Column<unknown>): boolean {
  return column.some((value) => value !== null);
}
