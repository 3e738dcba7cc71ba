/** `illume measure --model`: only the measuring of the loop. */
import { type LoopOptions, withLoopContext } from "./loop-context.ts";
import { measureTestSets, type TestSetResult } from "./measurement.ts";
import { loadTarget } from "./targets/target.ts";

/** Measures the model of the configuration on all test sets of its domain. */
export async function measureModel(options: LoopOptions): Promise<TestSetResult[]> {
  return withLoopContext({ ...options, phases: ["measure before"] }, async (context) => {
    const model = await loadTarget(context);
    return context.phase("measure before", 0, async () =>
      measureTestSets(context, await context.openModel.open(model), "before", "measure before"),
    );
  });
}
