/** `illume measure --model`: only the measuring of the loop. */
import { type LoopOptions, loopContext } from "./loop-context.ts";
import { measureTestSets, type TestSetResult } from "./measurement.ts";
import { loadTarget, withModel } from "./target.ts";

/** Measures the model of the configuration on all test sets of its domain. */
export async function measureModel(options: LoopOptions): Promise<TestSetResult[]> {
  const context = loopContext(options);
  const model = loadTarget(context);
  return context.phase("measure before", 0, () =>
    withModel(context, model, (opened) => measureTestSets(context, opened, "before", "measure before")),
  );
}
