/** What a command says of an improvement on prompts before and while it runs. */
import { addSpending, noSpending } from "../language-models/calls/call-cost.ts";
import { describeEstimate } from "../language-models/calls/call-estimate.ts";
import { describeSpending } from "../language-models/calls/describe-spending.ts";
import type { ImprovementConfiguration } from "../rainbow-teaming/improve/improvement-configuration.ts";
import type { ImprovementProgress } from "../rainbow-teaming/improve/improvement-context.ts";
import type { EstimatedWork } from "../rainbow-teaming/improve/improvement-estimate.ts";
import { searchFacts } from "./search-facts.ts";
import { wholeNumber } from "./terminal/numbers.ts";

/** Said where nobody but the search's own judge says how good the result is. */
export const noHeldOutJudge =
  "Warning: no --held-out-judge. The search's own judge alone says how good the result is, and it also chooses the lessons.";

/** What is about to be done, in one sentence. */
export function describeImprovement(configuration: ImprovementConfiguration, learnsOnly: boolean): string {
  const { search, archives, heldOutArchives, lessons, train } = configuration;
  const what = lessons === "sft" ? "answers" : "preferences";
  const taught = train === "here" ? `${search.target} learns ${what}` : `${what} are written for ${search.target}`;
  if (learnsOnly) return `${taught}, from what a search found.`;
  return `${archives} searches of ${wholeNumber(search.iterations)} iterations, ${heldOutArchives} held out; ${taught}; measured before and after.`;
}

/** One line a phase and role, and their sum. */
export async function tellImprovementEstimate(
  configuration: ImprovementConfiguration,
  work: EstimatedWork,
  say: (text: string) => void,
): Promise<void> {
  const { estimateImprovement } = await import("../rainbow-teaming/improve/improvement-estimate.ts");
  const estimates = await estimateImprovement(configuration, work);
  say("Estimate, recorded calls free, repeats after failures not counted:");
  for (const { phase, role, model, cost, price } of estimates) {
    say(`  ${phase}, ${role} ${model}: ${describeEstimate(cost, price)}`);
  }
  const total = estimates.reduce((sum, { cost }) => addSpending(sum, cost), noSpending);
  say(`  together up to ${describeSpending(total)}`);
}

/** A run's progress as the display takes it; the searches are its rounds. */
export function improvementTeller(configuration: ImprovementConfiguration) {
  return (progress: ImprovementProgress) => {
    if (!("search" in progress)) return { ...progress, round: 0 };
    const { phase, name, search } = progress;
    const round = phase === "search" ? searchNumber(configuration, name) : 0;
    if (search.phase !== "search") return { ...search, round };
    return {
      phase,
      round,
      done: search.iterations,
      total: configuration.search.iterations,
      coverage: search.coverage,
      facts: [name.replaceAll("-", " "), ...searchFacts(search), `${wholeNumber(search.spent.calls)} calls`],
    };
  };
}

/** From 1; searches that are learnt from come first. */
function searchNumber({ archives, heldOutArchives }: ImprovementConfiguration, name: string): number {
  const number = Number(/\d+$/u.exec(name)?.[0] ?? 1);
  return name.startsWith("held-out") ? archives - heldOutArchives + number : number;
}
