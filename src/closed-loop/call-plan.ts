/** The calls that a run is going to make, for the estimate before it starts. */
import { RandomStream } from "../core/random.ts";
import type { PlannedCalls } from "../language-models/calls/call-estimate.ts";
import { promptTokensAtMost, textTokensAtMost } from "../language-models/calls/token-bounds.ts";
import type { Configuration } from "./configuration.ts";
import type { Domain } from "./domain.ts";
import type { ProgressPhase } from "./progress.ts";

const sampledProblems = 50;

/**
 * An upper bound: each problem is scored with its solution, and answered where the model would write another one.
 *
 * @param phases those that the command does
 */
export function plannedCalls<Problem>(
  configuration: Configuration,
  domain: Domain<Problem>,
  phases: readonly ProgressPhase[],
): PlannedCalls[] {
  const { rounds, search, measure, attack, seed } = configuration;
  const rows = measure.gsm8k === undefined ? 0 : measure.gsm8kRows;
  const measured = measure.sets.length * measure.problems + rows;
  const problems: Partial<Record<ProgressPhase, number>> = {
    "measure before": measured,
    search: search.evaluations * rounds,
    "measure after": measured,
    "renewed attack": attack.renewed ? search.evaluations : 0,
  };
  const calls = phases.reduce((sum, phase) => sum + (problems[phase] ?? 0), 0);
  const sample = domain.seedProblems(sampledProblems, new RandomStream(seed, ["estimate"]));
  const { prompt, solution } = domain.task;
  const mean = (tokens: (problem: Problem) => number) =>
    sample.reduce((sum, problem) => sum + tokens(problem), 0) / sample.length;
  const asked = mean((problem) => promptTokensAtMost(prompt(problem)));
  const solved = mean((problem) => textTokensAtMost(solution(problem)));
  return [
    { calls, inputTokens: asked + solved, maximumTokens: 0 },
    { calls, inputTokens: asked, maximumTokens: domain.maximumAnswerTokens },
  ];
}
