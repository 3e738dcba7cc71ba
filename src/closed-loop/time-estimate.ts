/**
 * How long a run should take. The seconds a unit of work takes were read off recorded runs of the shipped model on two
 * cores; while a run goes on, its own pace so far corrects them.
 */
import type { Configuration } from "./configuration.ts";
import type { Progress, ProgressPhase } from "./progress.ts";
import { type TargetKind, targetKind } from "./targets/target-kind.ts";

/**
 * Seconds per unit on two cores: a measured problem, an evaluation in search, an example in a training step. Of illume's own
 * models, of a published one of 135 million weights, and of an endpoint that answers in a second, eight at once.
 */
const secondsPerUnit: Readonly<
  Record<TargetKind, { readonly measure: number; readonly search: number; readonly learn: number }>
> = {
  own: { measure: 0.0026, search: 0.0035, learn: 0.004 },
  published: { measure: 0.25, search: 0.4, learn: 0.5 },
  elsewhere: { measure: 0.13, search: 0.13, learn: 0 },
};
const fixedSeconds: Partial<Record<ProgressPhase, number>> = { prepare: 0.5, report: 3 };

export interface PlannedPhase {
  readonly phase: ProgressPhase;
  readonly round: number;
  readonly seconds: number;
}

/** The phases of `illume improve` in order, each with the seconds it should take. */
export function plannedPhases(configuration: Configuration): PlannedPhase[] {
  const { rounds, warm, search, learn, measure, attack } = configuration;
  const seconds = secondsPerUnit[targetKind(configuration.model)];
  const rows = measure.gsm8k === undefined ? 0 : measure.gsm8kRows;
  const measuring = (measure.problems * measure.sets.length + rows) * seconds.measure;
  const searching = search.evaluations * seconds.search;
  const learning = (learn.examples + learn.replay) * learn.epochs * seconds.learn;
  const warming = warm.examples * warm.epochs * seconds.learn;
  const planned: PlannedPhase[] = [
    { phase: "prepare", round: 0, seconds: fixedSeconds.prepare ?? 0 },
    ...(warming > 0 ? [{ phase: "warm-up", round: 0, seconds: warming } as const] : []),
    { phase: "measure before", round: 0, seconds: measuring },
  ];
  for (let round = 1; round <= rounds; round++) {
    planned.push({ phase: "search", round, seconds: searching }, { phase: "learn", round, seconds: learning });
  }
  planned.push({ phase: "measure after", round: 0, seconds: measuring });
  if (attack.renewed) planned.push({ phase: "renewed attack", round: 0, seconds: searching });
  return [...planned, { phase: "report", round: 0, seconds: fixedSeconds.report ?? 0 }];
}

/** Seconds that a whole improvement should take. */
export function expectedSeconds(configuration: Configuration): number {
  return totalSeconds(plannedPhases(configuration));
}

/**
 * The planned seconds of all that is done; undefined for a phase that is not planned.
 * @param planned phases in their order
 */
export function plannedSecondsDone(planned: readonly PlannedPhase[], progress: Progress): number | undefined {
  const current = planned.findIndex(({ phase, round }) => phase === progress.phase && round === progress.round);
  if (current < 0) return undefined;
  const share = progress.total > 0 ? Math.min(1, progress.done / progress.total) : 0;
  return totalSeconds(planned.slice(0, current)) + share * (planned[current]?.seconds ?? 0);
}

/**
 * Seconds until the end, corrected by how long what is done took.
 *
 * @param done planned seconds of all that is done
 * @param skipped those of them that an earlier process did
 * @param elapsed seconds that this process took for the others
 */
export function expectedSecondsLeft(
  planned: readonly PlannedPhase[],
  { done, skipped, elapsed }: { readonly done: number; readonly skipped: number; readonly elapsed: number },
): number {
  // The plan counts as some seconds of evidence, so that the first moments do not swing the estimate.
  const evidence = 10;
  const pace = (elapsed + evidence) / (done - skipped + evidence);
  return Math.max(0, (totalSeconds(planned) - done) * pace);
}

function totalSeconds(planned: readonly PlannedPhase[]): number {
  return planned.reduce((total, { seconds }) => total + seconds, 0);
}
