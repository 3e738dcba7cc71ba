/** `illume search`: only the search of the loop's first round. */
import { searchRound } from "./improve.ts";
import { type LoopOptions, withLoopContext } from "./loop-context.ts";
import { loadTarget } from "./targets/target.ts";

/** Searches for problems that the model gets wrong and stores all it evaluated; the number of failures. */
export async function searchForFailures(options: LoopOptions): Promise<number> {
  return withLoopContext({ ...options, phases: ["search"] }, async (context) => {
    const found = await searchRound(context, await loadTarget(context), 1, []);
    return found.reduce((count, { correct }) => count + Number(!correct), 0);
  });
}
