/**
 * What is kept for tests only: never in pretraining, search or training.
 *
 * Both rules are hashes, so that a problem's side is known without a list and is the same in every run:
 * one operation sequence in four outside the chapters, and one problem in eight (by sequence and numbers) everywhere.
 */
import { chapterOf } from "./chapters.ts";
import { type OperationKind, operationKinds } from "./operations.ts";
import { type GradeSchoolProblem, kindsOf } from "./problem.ts";

/** One sequence outside the chapters in so many is reserved. */
export const reservedSequenceModulus = 4;

/** One problem in so many is for tests only. */
export const testProblemModulus = 8;

const kindIndex = new Map<OperationKind, number>(operationKinds.map((kind, index) => [kind, index]));

/** One round of FNV-1a over 32-bit words. */
function mix(hash: number, word: number): number {
  return Math.imul(hash ^ word, 0x01000193);
}

/** The finaliser of MurmurHash3 (32 bit), so that the low digits depend on everything. */
function finish(hash: number): number {
  let bits = hash ^ (hash >>> 16);
  bits = Math.imul(bits, 0x85ebca6b);
  bits ^= bits >>> 13;
  bits = Math.imul(bits, 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}

/** Whether a sequence is kept for tests: it is in no chapter, and its hash says so. */
export function isReservedSequence(kinds: readonly OperationKind[]): boolean {
  if (chapterOf(kinds) !== undefined) return false;
  let hash = 0x811c9dc5;
  for (const kind of kinds) hash = mix(hash, kindIndex.get(kind) as number);
  return finish(hash) % reservedSequenceModulus === 0;
}

/** Whether a sequence with these numbers is kept for tests by its own hash, whatever its sequence is. */
export function isTestOnlyByNumbers(start: number, steps: GradeSchoolProblem["steps"]): boolean {
  let hash = mix(0x9747b28c, start);
  for (const { kind, number } of steps) hash = mix(mix(hash, kindIndex.get(kind) as number), number);
  return finish(hash) % testProblemModulus === 0;
}

/** Whether pretraining, search and training must leave a problem alone. */
export function isTestOnly(problem: GradeSchoolProblem): boolean {
  return isTestOnlyByNumbers(problem.start, problem.steps) || isReservedSequence(kindsOf(problem));
}
