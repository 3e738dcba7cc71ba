/**
 * Adding to archives, against pyribs. An operation is a whole sequence of adds into an empty archive, the same on both
 * sides (sequence.ts, pyribs_side.py): solutions of 10 numbers, descriptors of 2, double precision. Making the
 * empty archive and slicing the batches is not timed. Both sides copy what they keep. pyribs brings its running
 * statistics up to date in every call; illume computes statistics when asked, so once per sequence they are asked for
 * within the timed part. The checksum is the archive's QD-score plus its number of elites and
 * the sum of statuses; fitness is a multiple of 2^-32, so all sums are exact in any order.
 */
import type { Benchmark, ComparisonRow } from "../benchmark.ts";
import { type SequenceName, sequences } from "./sequence.ts";

const goals: Readonly<Record<SequenceName, number>> = {
  "single-add": 100,
  "grid-batch-32": 10,
  "grid-batch-10000": 0.8,
  "cvt-batch-100": 2,
};

export const benchmark: Benchmark = {
  name: "archive",
  title: "Adding to a grid archive and a CVT archive, against pyribs",
  rows: (Object.keys(goals) as SequenceName[]).map((name): ComparisonRow => {
    const { batches, batchSize, kind } = sequences[name];
    const what = kind === "cvt" ? "a CVT archive of 1,000 cells" : "a grid archive of 100 x 100 cells";
    return {
      kind: "comparison",
      name,
      operation: `${batches} ${batchSize === 1 ? "single adds" : `batches of ${batchSize}`} into ${what}`,
      goal: goals[name],
      illume: { file: new URL("illume-side.ts", import.meta.url), settings: {} },
      peer: { file: new URL("pyribs_side.py", import.meta.url), settings: {} },
      checksumTolerance: 0,
    };
  }),
};
