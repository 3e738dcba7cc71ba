/** Accuracy on the domain's test sets, problem by problem, committed as it comes. */
import type { LanguageModel } from "../language-models/language-model.ts";
import { attemptProblems } from "./attempts.ts";
import type { LoopContext } from "./loop-context.ts";
import type { ProgressPhase } from "./progress.ts";

/** Problems evaluated between two commits. */
const pieceSize = 500;

/** What a model got right on one test set. */
export interface TestSetResult {
  readonly name: string;
  /** One number a problem: 1 where answer and every step are right. */
  readonly correct: Uint8Array;
}

type StoredPiece = { readonly correct: string };

function pieceKey(label: string, set: string, piece: number): string {
  return `measure/${label}/${set}/${piece}`;
}

/** Measures a model on the configuration's test sets; the problems depend on the run's seed alone. */
export async function measureTestSets<Problem>(
  context: LoopContext<Problem>,
  model: LanguageModel,
  label: string,
  phase: ProgressPhase,
): Promise<TestSetResult[]> {
  const { problems: count, sets } = context.configuration.measure;
  const total = sets.length * count;
  const tell = (done: number) => context.report({ phase, round: 0, done, total });
  const results: TestSetResult[] = [];
  for (const name of sets) {
    let problems: Problem[] | undefined;
    for (let piece = 0; piece * pieceSize < count; piece++) {
      const key = pieceKey(label, name, piece);
      const done = results.length * count + piece * pieceSize;
      if (context.store.call(key) !== undefined) continue;
      if (problems === undefined) tell(done);
      context.checkInterrupted();
      problems ??= context.domain.drawTestSet(name, count, context.random.split("test sets"));
      const attempts = await attemptProblems(
        context,
        model,
        problems.slice(piece * pieceSize, (piece + 1) * pieceSize),
      );
      const correct = attempts.map((attempt) => Number(attempt.correct)).join("");
      context.store.addCall(key, { correct } satisfies StoredPiece);
      tell(results.length * count + Math.min(count, (piece + 1) * pieceSize));
    }
    results.push(storedResult(context, label, name) as TestSetResult);
  }
  return results;
}

/** What is stored of a measurement; undefined where it is not complete. */
export function storedResult<Problem>(
  { store, configuration }: Pick<LoopContext<Problem>, "store" | "configuration">,
  label: string,
  name: string,
): TestSetResult | undefined {
  const { problems: count } = configuration.measure;
  let text = "";
  for (let piece = 0; piece * pieceSize < count; piece++) {
    const stored = store.call(pieceKey(label, name, piece)) as StoredPiece | undefined;
    if (stored === undefined) return undefined;
    text += stored.correct;
  }
  return { name, correct: Uint8Array.from(text, Number) };
}
