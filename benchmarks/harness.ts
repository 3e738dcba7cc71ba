/**
 * Measures one row: both sides are started, warmed up, asked to agree on a checksum, and timed in turns (A B A B), so
 * that a machine that is slower for a while is slower for both. The ratio is taken within each round.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { ComparisonRow, ShareRow } from "./benchmark.ts";
import { BenchmarkError } from "./benchmark-error.ts";
import { type Answer, Side } from "./side.ts";
import { type Summary, summary } from "./statistics.ts";

export interface MeasureOptions {
  readonly python: string;
  readonly rounds: number;
  /** Called with a line that tells how far it is. */
  readonly progress: (text: string) => void;
}

export interface SideResult extends Summary {
  /** Operations in one round. */
  readonly operations: number;
  readonly checksum?: number;
  /** What else the side said of itself at the warm-up. */
  readonly details: Readonly<Record<string, unknown>>;
}

export interface ComparisonResult {
  readonly ratio: number;
  readonly ratios: readonly number[];
  readonly illume: SideResult;
  readonly peer: SideResult;
}

/** Time for the threads of the side that was just measured to fall asleep (OpenMP's spin for some milliseconds). */
const pauseMilliseconds = 100;

/** Throws BenchmarkError where a side fails or the checksums differ by more than the row allows. */
export async function measureComparison(row: ComparisonRow, options: MeasureOptions): Promise<ComparisonResult> {
  const sides: Side[] = [];
  try {
    const runners: Runner[] = [];
    for (const which of ["illume", "peer"] as const) {
      const side = new Side(row[which], options.python);
      sides.push(side);
      options.progress(`${row.name}: warming up ${which}`);
      runners.push(await warmedUp(side, row, which));
    }
    const [illume, peer] = runners as [Runner, Runner];
    compareChecksums(row, illume.warmUp, peer.warmUp);
    for (let round = 0; round < options.rounds; round++) {
      options.progress(`${row.name}: round ${round + 1} of ${options.rounds}`);
      await illume.round();
      await peer.round();
    }
    const ratios = peer.seconds.map((seconds, round) => seconds / (illume.seconds[round] as number));
    return { ratio: summary(ratios).median, ratios, illume: illume.result(), peer: peer.result() };
  } finally {
    await Promise.all(sides.map((side) => side.close()));
  }
}

/** One side alone; for the work on that side, not for a result. */
export async function measureSide(
  row: ComparisonRow,
  which: "illume" | "peer",
  options: MeasureOptions,
): Promise<SideResult> {
  const side = new Side(row[which], options.python);
  try {
    const runner = await warmedUp(side, row, which);
    for (let round = 0; round < options.rounds; round++) await runner.round();
    return runner.result();
  } finally {
    await side.close();
  }
}

export async function measureShare(row: ShareRow, options: MeasureOptions): Promise<Answer & { share: number }> {
  const side = new Side(row.illume, options.python);
  try {
    options.progress(row.name);
    const answer = await side.request({ name: row.name, operations: 1, ...row.illume.settings }, 3600);
    const share = answer.share;
    if (share === undefined) {
      throw new BenchmarkError({
        expected: `a share in the answer to ${JSON.stringify(row.name)}`,
        received: JSON.stringify(answer),
        remedy: 'answer {"share": number in [0, 1]}',
      });
    }
    return { ...answer, share };
  } finally {
    await side.close();
  }
}

interface Runner {
  readonly warmUp: Answer;
  /** Seconds of an operation, by round. */
  readonly seconds: readonly number[];
  round(): Promise<void>;
  result(): SideResult;
}

/** Asks for a first operation (compilation, caches, the checksum), then finds how many fill the row's seconds. */
async function warmedUp(side: Side, row: ComparisonRow, which: "illume" | "peer"): Promise<Runner> {
  const request = { name: row.name, ...row[which].settings };
  const target = row.seconds ?? 1;
  const warmUp = await side.request({ ...request, operations: 1, warmUp: true });
  let operations = 1;
  // The first timed operations may still be slow ones, so the count is approached from below.
  for (let trial = 0; trial < 4; trial++) {
    const spent = timeOf(await side.request({ ...request, operations }), row.name) * operations;
    if (spent >= target * 0.7) break;
    operations = Math.max(operations, Math.min(operations * 100, Math.round((operations * target) / spent)));
  }
  const seconds: number[] = [];
  return {
    warmUp,
    seconds,
    async round() {
      await sleep(pauseMilliseconds);
      seconds.push(timeOf(await side.request({ ...request, operations }), row.name));
    },
    result() {
      const { seconds: _seconds, operations: _operations, checksum, ...details } = warmUp;
      return { ...summary(seconds), operations, ...(checksum === undefined ? {} : { checksum }), details };
    },
  };
}

function timeOf(answer: Answer, name: string): number {
  if (answer.seconds !== undefined) return answer.seconds;
  throw new BenchmarkError({
    expected: `seconds in the answer to ${JSON.stringify(name)}`,
    received: JSON.stringify(answer),
    remedy: 'answer {"seconds": seconds of one operation, "operations": n}',
  });
}

function compareChecksums(row: ComparisonRow, illume: Answer, peer: Answer): void {
  if (row.checksumTolerance === undefined) return;
  const [ours, theirs] = [illume.checksum ?? Number.NaN, peer.checksum ?? Number.NaN];
  const difference = Math.abs(ours - theirs) / Math.max(Math.abs(theirs), 1e-12);
  if (difference <= row.checksumTolerance) return;
  throw new BenchmarkError({
    expected: `equal checksums (relative difference at most ${row.checksumTolerance}) in ${JSON.stringify(row.name)}`,
    received: `${ours} from illume, ${theirs} from the peer`,
    remedy: "the two sides compute different things; make them equal before timing them",
  });
}
