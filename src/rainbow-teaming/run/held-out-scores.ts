/** What a judge that took no part in the search says of its archive. */
import { RandomStream } from "../../core/random.ts";
import type { Judge } from "../../judges/judge.ts";
import { throwIfAborted } from "../../language-models/interrupted.ts";
import type { Json, RunStore } from "../../runs/run-store.ts";
import type { EvaluatedPrompt } from "../evaluated-prompt.ts";
import { reasonOf } from "../judge-reasons.ts";

/** The state of the run in which they stand. */
export const heldOutKey = "held-out scores";

/** Scores in [0, 1] by the prompts' ids; null where the answer could not be read. */
export interface HeldOutScores {
  readonly judge: string;
  readonly scores: Readonly<Record<string, number | null>>;
  /** Why, by the prompts' ids, where it said so; untrusted text. */
  readonly reasons?: Readonly<Record<string, string>>;
}

/** The scores of a run; undefined where none asked for them, or it is not so far. */
export function heldOutScores(store: Pick<RunStore, "state">): HeldOutScores | undefined {
  return store.state(heldOutKey) as unknown as HeldOutScores | undefined;
}

/** Items that the judge is given at once. */
const scoredAtOnce = 32;

/** Scores an archive and keeps it. Throws as the judge does. */
export async function scoreArchive({
  store,
  judge,
  elites,
  seed,
  signal,
  onProgress,
}: {
  readonly store: Pick<RunStore, "setState">;
  readonly judge: Judge;
  readonly elites: readonly EvaluatedPrompt[];
  readonly seed: number;
  readonly signal: AbortSignal | undefined;
  readonly onProgress: (done: number, total: number) => void;
}): Promise<void> {
  const scores: Record<string, number | null> = {};
  const reasons: Record<string, string> = {};
  for (let from = 0; from < elites.length; from += scoredAtOnce) {
    throwIfAborted(signal);
    onProgress(from, elites.length);
    const part = elites.slice(from, from + scoredAtOnce);
    const items = part.map(({ text, response }) => ({ prompt: text, response }));
    const random = new RandomStream(seed, ["held-out judge"]);
    const given = await judge.score(items, { random, ...(signal && { signal }) });
    for (const [index, { id }] of part.entries()) {
      scores[id] = given[index]?.value ?? null;
      const reason = reasonOf(given[index]);
      if (reason !== undefined) reasons[id] = reason;
    }
  }
  onProgress(elites.length, elites.length);
  const kept: HeldOutScores = {
    judge: judge.id,
    scores,
    ...(Object.keys(reasons).length > 0 && { reasons }),
  };
  store.setState(heldOutKey, kept as unknown as Json);
}

/** Scores that could be read, and how many could not. */
export interface ReadScores {
  readonly read: readonly number[];
  readonly unread: number;
}

const readScores = new WeakMap<HeldOutScores, ReadScores>();

/** Gone through once, whoever asks: there may be a hundred thousand. */
export function heldOutRead(heldOut: HeldOutScores | undefined): ReadScores {
  if (heldOut === undefined) return { read: [], unread: 0 };
  const known = readScores.get(heldOut);
  if (known !== undefined) return known;
  const scores = Object.values(heldOut.scores);
  const read = scores.filter((score) => score !== null);
  const found = { read, unread: scores.length - read.length };
  readScores.set(heldOut, found);
  return found;
}
