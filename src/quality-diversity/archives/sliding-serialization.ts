/** Archives with sliding boundaries as plain JSON and back: their elites, and what their boundaries will come from. */
import { CorruptFileError } from "../../core/errors/corrupt-file-error.ts";
import type { ArchiveEntry } from "./archive.ts";
import {
  type NumberedSolution,
  SlidingBoundariesArchive,
  type SlidingBoundariesOptions,
} from "./sliding-boundaries-archive.ts";

/** Such an archive as plain JSON. */
export interface SerializedSlidingArchive {
  readonly format: 1;
  readonly offered: number;
  readonly remaps: number;
  readonly boundaries: readonly (readonly number[])[];
  /** Elites and recent solutions, each once, oldest first. */
  readonly entries: readonly {
    readonly number: number;
    readonly fitness: number;
    readonly descriptor: readonly number[];
    readonly solution: unknown;
    readonly elite: boolean;
    readonly recent: boolean;
  }[];
}

/** @param serializeSolution a solution as plain JSON; the default takes it as it is */
export function serializeSlidingArchive<Solution>(
  archive: SlidingBoundariesArchive<Solution>,
  serializeSolution: (solution: Solution) => unknown = (solution) => solution,
): SerializedSlidingArchive {
  const { offered, remaps, boundaries, recent, elites } = archive.state();
  const numbersOf = (entries: readonly ArchiveEntry<NumberedSolution<Solution>>[]) =>
    new Set(entries.map(({ solution }) => solution.number));
  const [recentNumbers, eliteNumbers] = [numbersOf(recent), numbersOf(elites)];
  const all = [...recent, ...elites.filter(({ solution }) => !recentNumbers.has(solution.number))];
  const entries = all
    .sort((a, b) => a.solution.number - b.solution.number)
    .map(({ solution: { number, solution }, fitness, descriptor }) => ({
      number,
      fitness,
      descriptor: Array.from(descriptor),
      solution: serializeSolution(solution),
      elite: eliteNumbers.has(number),
      recent: recentNumbers.has(number),
    }));
  return { format: 1, offered, remaps, boundaries, entries };
}

/**
 * The archive that was written, with the options that it was made with: it goes on as if it had never been written.
 * Throws CorruptFileError where the JSON is of another format or does not fit the options.
 */
export function restoreSlidingArchive<Solution>(
  options: SlidingBoundariesOptions,
  json: SerializedSlidingArchive,
  deserializeSolution: (json: unknown) => Solution,
): SlidingBoundariesArchive<Solution> {
  const { format, offered, remaps, boundaries } = json;
  const bins = (counts: readonly number[]) => counts.join(" x ");
  const expectedBins = bins(options.axes.map((axis) => axis.bins));
  const receivedBins = bins(boundaries.map(({ length }) => length - 1));
  if (format !== 1 || expectedBins !== receivedBins) {
    throw unfit(`JSON of format 1 with ${expectedBins} bins`, `format ${format} with ${receivedBins} bins`);
  }
  const entries = json.entries.map(({ number, fitness, descriptor, solution, elite, recent }) => ({
    elite,
    recent,
    entry: { solution: { number, solution: deserializeSolution(solution) }, fitness, descriptor },
  }));
  const elites = entries.filter(({ elite }) => elite).map(({ entry }) => entry);
  const recent = entries.filter((one) => one.recent).map(({ entry }) => entry);
  const archive = new SlidingBoundariesArchive(options, { offered, remaps, boundaries, recent, elites });
  if (archive.size !== elites.length || archive.state().recent.length !== recent.length) {
    throw unfit(`${elites.length} elites and ${recent.length} recent solutions`, "some that exclude each other");
  }
  return archive;
}

function unfit(expected: string, received: string): CorruptFileError {
  return new CorruptFileError({
    expected,
    received,
    remedy: "restore with the options of the archive that was written",
  });
}
