/** Accuracy on a run's test sets, problem by problem, committed as it comes. */
import type { LanguageModel } from "../language-models/language-model.ts";
import { type Examination, examinationOf, plannedTestSets, problemsOf } from "./examinations.ts";
import type { LoopContext } from "./loop-context.ts";
import type { ProgressPhase } from "./progress.ts";
import { type TargetKind, targetKind } from "./targets/target-kind.ts";

/** Problems evaluated between two commits: what a killed process does again at most. */
const pieceSizes: Readonly<Record<TargetKind, number>> = { own: 500, published: 50, elsewhere: 50 };

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
  const { configuration, domain, store, random } = context;
  const pieceSize = pieceSizes[context.kind];
  const plans = plannedTestSets(configuration, domain);
  const total = plans.reduce((sum, { problems }) => sum + problems, 0);
  let before = 0;
  const tell = (done: number) => context.report({ phase, round: 0, done, total });
  const results: TestSetResult[] = [];
  for (const plan of plans) {
    const { name, problems: count } = plan;
    let examination: Examination | undefined;
    for (let start = 0; start < count; start += pieceSize) {
      const key = pieceKey(label, name, start / pieceSize);
      if (store.call(key) !== undefined) continue;
      if (examination === undefined) tell(before + start);
      context.checkInterrupted();
      examination ??= await examinationOf(plan, configuration, domain, random.split("test sets"));
      const right = await examination(context, model, start, start + pieceSize);
      store.addCall(key, { correct: right.map(Number).join("") } satisfies StoredPiece);
      tell(before + Math.min(count, start + pieceSize));
    }
    results.push(storedResult(context, label, name) as TestSetResult);
    before += count;
  }
  return results;
}

/** What is stored of a measurement; undefined where it is not complete. */
export function storedResult<Problem>(
  { store, configuration }: Pick<LoopContext<Problem>, "store" | "configuration">,
  label: string,
  name: string,
): TestSetResult | undefined {
  const count = problemsOf(configuration, name);
  const pieceSize = pieceSizes[targetKind(configuration.model)];
  let text = "";
  for (let piece = 0; piece * pieceSize < count; piece++) {
    const stored = store.call(pieceKey(label, name, piece)) as StoredPiece | undefined;
    if (stored === undefined) return undefined;
    text += stored.correct;
  }
  return { name, correct: Uint8Array.from(text, Number) };
}
