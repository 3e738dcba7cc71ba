/** Several judges as one: they are asked at the same time, and a rule makes one answer of theirs. */
import { InvalidArgumentError } from "../core/errors/invalid-argument-error.ts";
import type { Judge, JudgeCapability, JudgeScore, PositionVotes, Verdict, Winner } from "./judge.ts";
import { makeJudge } from "./make-judge.ts";
import { addVotes, noVotes, winnerOf } from "./votes.ts";

/**
 * How answers become one. Of scores: "mean" is the weighted mean, "majority" 1, 0 or 0.5 by the weight of values above and
 * below 0.5, "any" the greatest and "all" the least value. Of comparisons: "mean" goes by the weighted shares of all votes,
 * "majority" by the weights of the winners, "any" by those who are decided where they agree, "all" by all where they agree;
 * anything else is a tie.
 */
export type EnsembleRule = "majority" | "mean" | "any" | "all";

/** Judges and the rule among them. */
export interface EnsembleJudgeOptions {
  /** At least one; what all of them can, the ensemble can. */
  readonly judges: readonly Judge[];
  /** Default "majority". */
  readonly rule?: EnsembleRule;
  /** By judge, above 0 (default: all alike); "any" and "all" have none. */
  readonly weights?: readonly number[];
}

/**
 * Capable of what all of the judges are. Answers that cannot be read are left out where the others suffice for a score: by
 * "mean" those of more than half of the weight, by "majority" a lead that the rest could not undo, by "any" a value above
 * 0.5, by "all" one below it. Else the ensemble's cannot be read either: a broken judge is no vote for the others.
 * Throws InvalidArgumentError without judges, or for weights that are not one number above 0 a judge.
 */
export function ensembleJudge(options: EnsembleJudgeOptions): Judge {
  const { judges, rule = "majority" } = options;
  const weights = checkedWeights(options);
  const can = (capability: JudgeCapability) => judges.every(({ capabilities }) => capabilities.has(capability));
  return makeJudge(`${rule} of (${judges.map(({ id }) => id).join("; ")})`, {
    ...(can("compare") && {
      compare: async (pairs, judging) => {
        const rows = await Promise.all(judges.map((judge) => judge.compare(pairs, judging)));
        return pairs.map((_, index) =>
          joinVerdicts(
            rows.map((row) => row[index] as Verdict),
            weights,
            rule,
          ),
        );
      },
    }),
    ...(can("score") && {
      score: async (items, judging) => {
        const rows = await Promise.all(judges.map((judge) => judge.score(items, judging)));
        return items.map((_, index) =>
          joinScores(
            rows.map((row) => row[index] as JudgeScore),
            weights,
            rule,
          ),
        );
      },
    }),
    close: async () => {
      for (const judge of judges) await judge.close();
    },
  });
}

function joinVerdicts(verdicts: readonly Verdict[], weights: readonly number[], rule: EnsembleRule): Verdict {
  const read = verdicts.flatMap((verdict, index) => {
    const total = verdict.votes.first + verdict.votes.second + verdict.votes.tie;
    return total === 0 ? [] : [{ ...verdict, total, weight: weights[index] as number }];
  });
  const positions = verdicts.map((verdict) => verdict.positions).filter((each) => each !== undefined);
  const reason = verdicts.find((verdict) => verdict.reason !== undefined)?.reason;
  return {
    winner: joinWinners(read, rule),
    votes: verdicts.reduce((sum, { votes }) => addVotes(sum, votes), noVotes),
    calls: verdicts.reduce((sum, { calls }) => sum + calls, 0),
    ...(positions.length > 0 && { positions: positions.reduce(addPositions) }),
    ...(reason !== undefined && { reason }),
  };
}

function joinWinners(
  read: readonly (Verdict & { readonly total: number; readonly weight: number })[],
  rule: EnsembleRule,
): Winner {
  if (rule === "any" || rule === "all") {
    const counted = rule === "any" ? read.filter(({ winner }) => winner !== "tie") : read;
    const [one, ...others] = new Set(counted.map(({ winner }) => winner));
    return one === undefined || others.length > 0 ? "tie" : one;
  }
  const share = { ...noVotes, first: 0, second: 0 };
  for (const { winner, votes, total, weight } of read) {
    share.first += rule === "mean" ? (weight * votes.first) / total : winner === "first" ? weight : 0;
    share.second += rule === "mean" ? (weight * votes.second) / total : winner === "second" ? weight : 0;
  }
  // Sums of weights in another order differ in their last digits.
  return Math.abs(share.first - share.second) < 1e-12 ? "tie" : winnerOf(share);
}

function joinScores(scores: readonly JudgeScore[], weights: readonly number[], rule: EnsembleRule): JudgeScore {
  const read = scores.flatMap(({ value }, index) =>
    value === undefined ? [] : [{ value, weight: weights[index] as number }],
  );
  const value = joinValues(read, rule);
  const unreadWeight = scores.reduce(
    (sum, each, index) => (each.value === undefined ? sum + (weights[index] as number) : sum),
    0,
  );
  const isKnown = read.length > 0 && (read.length === scores.length || suffices(read, { rule, value, unreadWeight }));
  const categories = [...new Set(scores.flatMap((score) => score.categories ?? []))];
  const reason = scores.find((score) => score.reason !== undefined)?.reason;
  return {
    ...(isKnown && { value }),
    answers: scores.reduce((sum, { answers }) => sum + answers, 0),
    unparsable: scores.reduce((sum, { unparsable }) => sum + unparsable, 0),
    calls: scores.reduce((sum, { calls }) => sum + calls, 0),
    ...(categories.length > 0 && { categories }),
    ...(reason !== undefined && { reason }),
  };
}

type ReadScores = readonly { readonly value: number; readonly weight: number }[];

/** Whether what was read says enough without the rest. */
function suffices(
  read: ReadScores,
  { rule, value, unreadWeight }: { readonly rule: EnsembleRule; readonly value: number; readonly unreadWeight: number },
): boolean {
  switch (rule) {
    case "any":
      return value > 0.5;
    case "all":
      return value < 0.5;
    case "mean":
      return read.reduce((sum, { weight }) => sum + weight, 0) > unreadWeight;
    case "majority":
      return Math.abs(leadOf(read)) > unreadWeight;
  }
}

/** The weight of values above 0.5, less that of those below. */
function leadOf(read: ReadScores): number {
  return read.reduce((lead, { value, weight }) => lead + weight * Math.sign(value - 0.5), 0);
}

function joinValues(read: ReadScores, rule: EnsembleRule): number {
  const sum = (term: (each: ReadScores[number]) => number) => read.reduce((total, each) => total + term(each), 0);
  switch (rule) {
    case "any":
      return read.reduce((greatest, { value }) => Math.max(greatest, value), 0);
    case "all":
      return read.reduce((least, { value }) => Math.min(least, value), 1);
    case "mean":
      return Math.min(1, sum(({ value, weight }) => value * weight) / sum(({ weight }) => weight));
    case "majority": {
      const lead = leadOf(read);
      return Math.abs(lead) < 1e-12 ? 0.5 : lead > 0 ? 1 : 0;
    }
  }
}

function addPositions(a: PositionVotes, b: PositionVotes): PositionVotes {
  return { shownFirst: a.shownFirst + b.shownFirst, shownSecond: a.shownSecond + b.shownSecond };
}

function checkedWeights({ judges, weights = judges.map(() => 1) }: EnsembleJudgeOptions): readonly number[] {
  const fits = weights.length === judges.length && weights.every((weight) => weight > 0 && weight < Infinity);
  if (judges.length > 0 && fits) return weights;
  throw new InvalidArgumentError({
    expected: "at least one judge, and a weight above 0 for each",
    received: `${judges.length} judges and the weights ${weights.join(", ") || "(none)"}`,
    remedy: "leave the weights out for judges that count alike",
  });
}
