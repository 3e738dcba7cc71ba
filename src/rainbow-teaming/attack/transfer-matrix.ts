/**
 * How prompts that were found against one model do against others: for each archive, target and judge the share of prompts
 * that the target handles badly, by category too, and how that share differs from the model's that the archive was searched
 * against, paired by prompt. A prompt whose response is missing or could not be judged is left out of the share, and counted.
 *
 * Intervals are over families, the descendants of one seed (core/statistics/family-share.ts). Where the family of a prompt is
 * not known, or all are of one, they are those of unrelated prompts: Wilson's of shares, the bootstrap's of differences
 * (core/statistics/share-difference.ts says where that is replaced by a bound).
 */
import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";
import { quotedText } from "../../core/quoted-text.ts";
import type { RandomStream } from "../../core/random.ts";
import { familyDifference } from "../../core/statistics/family-share.ts";
import type { Interval } from "../../core/statistics/interval.ts";
import { pairedShareDifference } from "../../core/statistics/share-difference.ts";
import { byFamily, outcomeRate, type TransferRate } from "./prompt-families.ts";

/** A row of the matrix: prompts of one search. */
export interface TransferArchive {
  /** Unique among the archives. */
  readonly name: string;
  readonly descriptors: readonly { readonly name: string; readonly labels: readonly string[] }[];
  readonly prompts: readonly {
    /** One bin for each descriptor. */
    readonly bins: readonly number[];
    /** What it descends from, such as the first prompt of its line (prompt-families.ts); undefined where that is not known. */
    readonly family?: string | undefined;
  }[];
}

/** What one judge says of one target's responses to an archive. */
export interface TransferOutcomes {
  /** The archive's name. */
  readonly archive: string;
  readonly target: string;
  readonly judge: string;
  /** By prompt, in the archive's order: whether the target handles it badly; undefined where that is not known. */
  readonly successes: readonly (boolean | undefined)[];
  /** Whether the archive was searched against this target: what the others are compared with. */
  readonly source?: boolean;
}

/** Prompts of one label of a descriptor. */
export interface TransferCategory extends TransferRate {
  readonly descriptor: string;
  readonly label: string;
}

/** A cell of the matrix, by one judge. */
export interface TransferCell extends TransferRate {
  readonly archive: string;
  readonly target: string;
  readonly judge: string;
  readonly source: boolean;
  /** All prompts of the archive, those without an outcome included. */
  readonly prompts: number;
  /** Rate here - rate of the source by the same judge, in [-1, 1]; missing where there is no pair. */
  readonly difference?: Interval & { readonly pairs: number };
  /** The share among prompts that succeed against the source by the same judge; missing where there is no source. */
  readonly amongSuccesses?: TransferRate;
  /** Labels that have prompts, in the order of descriptors and labels. */
  readonly categories: readonly TransferCategory[];
}

/** What a matrix is made from. */
export interface TransferMatrixOptions {
  readonly archives: readonly TransferArchive[];
  readonly outcomes: readonly TransferOutcomes[];
  /** Of the bootstrap, where there is one; each cell has its own stream, so that no cell depends on which others there are. */
  readonly random: RandomStream;
  /** Default 2,000. */
  readonly resamples?: number;
  /** Of all intervals, in (0, 1); default 0.95. */
  readonly level?: number;
}

/**
 * One cell for each of the outcomes, in their order. Throws InvalidArgumentError for archives of one name, outcomes of an
 * archive that is not there or of another length than it, two outcomes for one cell, and two sources of an archive.
 */
export function transferMatrix(options: TransferMatrixOptions): TransferCell[] {
  const { outcomes, level } = options;
  const archives = new Map(options.archives.map((archive) => [archive.name, archive]));
  check(options, archives);
  const key = (archive: string, judge: string) => JSON.stringify([archive, judge]);
  const sources = new Map(outcomes.filter(({ source }) => source).map((each) => [key(each.archive, each.judge), each]));
  return outcomes.map((each) => {
    const archive = archives.get(each.archive) as TransferArchive;
    const source = sources.get(key(each.archive, each.judge));
    const rows = [...archive.prompts.keys()];
    const difference =
      source === undefined || source === each ? undefined : differenceOf(archive, source, each, options);
    return {
      archive: each.archive,
      target: each.target,
      judge: each.judge,
      source: each.source === true,
      prompts: archive.prompts.length,
      ...rateOf(archive, each.successes, rows, level),
      ...(difference !== undefined && { difference }),
      ...(source !== undefined &&
        source !== each && {
          amongSuccesses: rateOf(
            archive,
            each.successes,
            rows.filter((row) => source.successes[row]),
            level,
          ),
        }),
      categories: categoriesOf(archive, each.successes, level),
    };
  });
}

function rateOf(
  { prompts }: TransferArchive,
  successes: readonly (boolean | undefined)[],
  rows: readonly number[],
  level?: number,
): TransferRate {
  const known = rows.flatMap((row) => {
    const success = successes[row];
    return success === undefined ? [] : [{ success, family: prompts[row]?.family }];
  });
  return outcomeRate(known, level);
}

function categoriesOf(
  archive: TransferArchive,
  successes: readonly (boolean | undefined)[],
  level?: number,
): TransferCategory[] {
  const { descriptors, prompts } = archive;
  return descriptors.flatMap(({ name, labels }, dimension) =>
    labels.flatMap((label, bin) => {
      const rows = prompts.flatMap(({ bins }, row) => (bins[dimension] === bin ? [row] : []));
      if (rows.length === 0) return [];
      return [{ descriptor: name, label, ...rateOf(archive, successes, rows, level) }];
    }),
  );
}

function differenceOf(
  { prompts }: TransferArchive,
  source: TransferOutcomes,
  each: TransferOutcomes,
  { random, resamples, level }: TransferMatrixOptions,
): TransferCell["difference"] {
  const pairs = each.successes.flatMap((after, row) => {
    const before = source.successes[row];
    return before === undefined || after === undefined ? [] : [{ before, after, family: prompts[row]?.family }];
  });
  if (pairs.length === 0) return undefined;
  const families = byFamily(pairs, ({ family }) => family);
  if (families !== undefined && families.length > 1) {
    const outcomes = families.map((members) => ({
      before: members.map(({ before }) => before),
      after: members.map(({ after }) => after),
    }));
    return { ...familyDifference(outcomes, level), pairs: pairs.length };
  }
  const interval = pairedShareDifference(
    pairs.map(({ before }) => before),
    pairs.map(({ after }) => after),
    {
      random: random.split("transfer", each.archive, each.target, each.judge),
      ...(resamples !== undefined && { resamples }),
      ...(level !== undefined && { level }),
    },
  );
  return { ...interval, pairs: pairs.length };
}

function check({ archives, outcomes }: TransferMatrixOptions, byName: ReadonlyMap<string, TransferArchive>): void {
  const wrong = (expected: string, received: string) =>
    new InvalidArgumentError({ expected, received, remedy: "correct what the matrix is made from" });
  if (byName.size < archives.length) throw wrong("archives with different names", "two of one name");
  const seen = new Set<string>();
  for (const { archive: name, target, judge, source, successes } of outcomes) {
    const archive = byName.get(name);
    if (archive === undefined) throw wrong("outcomes of the archives", `outcomes of ${quotedText(name)}`);
    if (archive.prompts.length !== successes.length) {
      const expected = `${archive.prompts.length} outcomes, one a prompt of ${quotedText(name)}`;
      throw wrong(expected, `${successes.length} against ${quotedText(target)}`);
    }
    for (const place of [
      ["cell", name, target, judge, source === true],
      ...(source === true ? [["source", name, judge]] : []),
    ]) {
      const key = JSON.stringify(place);
      if (seen.has(key)) throw wrong("one list of outcomes for each archive, target and judge, and one source", key);
      seen.add(key);
    }
  }
}
