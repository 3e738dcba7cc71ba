import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InvalidArgumentError } from "../core/errors/invalid-argument-error.ts";
import { RandomStream } from "../core/random.ts";
import type { Verdict, Votes, Winner } from "./judge.ts";
import { expectedVotes, type MajorityRule, majorityOutcome, type StopRule, votesNeeded } from "./majority.ts";
import { majorityJudge } from "./majority-judge.ts";
import { simulatedJudge } from "./simulated-judge.ts";
import { noVotes, winnerOf } from "./votes.ts";

const stops: readonly StopRule[] = ["never", "winner", "first-wins"];
const kinds = ["first", "second", "tie"] as const;

/** All sequences of `length` votes. */
function sequences(length: number): Winner[][] {
  return length === 0 ? [[]] : sequences(length - 1).flatMap((rest) => kinds.map((vote) => [...rest, vote]));
}

/** Takes votes from a sequence as long as more are needed, as many at once as the rule says. */
function stopped(sequence: readonly Winner[], rule: MajorityRule): { readonly votes: Votes; readonly cast: number } {
  let votes = noVotes;
  let cast = 0;
  for (let needed = votesNeeded(votes, rule); needed > 0; needed = votesNeeded(votes, rule)) {
    for (const vote of sequence.slice(cast, cast + needed)) votes = { ...votes, [vote]: votes[vote] + 1 };
    cast += needed;
  }
  return { votes, cast };
}

function choose(n: number, k: number): number {
  let ways = 1;
  for (let index = 1; index <= k; index++) ways = (ways * (n - k + index)) / index;
  return ways;
}

describe("a majority that stops early", () => {
  test.each([1, 2, 3, 4, 5, 6])("of %d votes decides as all of them would", (comparisons) => {
    for (const sequence of sequences(comparisons)) {
      const all = winnerOf(stopped(sequence, { comparisons, stop: "never" }).votes);
      expect(winnerOf(stopped(sequence, { comparisons, stop: "winner" }).votes)).toBe(all);
      const asked = stopped(sequence, { comparisons, stop: "first-wins" });
      expect(winnerOf(asked.votes) === "first").toBe(all === "first");
      expect(asked.cast).toBeLessThanOrEqual(comparisons);
    }
  });

  test.each([1, 2, 3, 4, 5, 6])(
    "of %d votes stops at the first moment at which no other votes could change it",
    (comparisons) => {
      const ends = (beginning: readonly Winner[], stop: StopRule) =>
        new Set(
          sequences(comparisons - beginning.length).map((rest) => {
            const winner = winnerOf(stopped([...beginning, ...rest], { comparisons, stop: "never" }).votes);
            return stop === "winner" ? winner : winner === "first";
          }),
        ).size;
      for (const stop of ["winner", "first-wins"] as const) {
        for (const sequence of sequences(comparisons)) {
          const { cast } = stopped(sequence, { comparisons, stop });
          expect(ends(sequence.slice(0, cast), stop)).toBe(1);
          expect(ends(sequence.slice(0, cast - 1), stop)).toBeGreaterThan(1);
        }
      }
    },
  );

  test("expected votes and outcome equal enumeration, with ties and with votes that differ by order", () => {
    const share = fc.double({ min: 0, max: 0.5, noNaN: true });
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 6 }),
        fc.constantFrom(...stops),
        share,
        share,
        share,
        (comparisons, stop, a, b, c) => {
          const rule = { comparisons, stop };
          const probabilities = (vote: number) => (vote % 2 === 0 ? { first: a, second: b } : { first: c, second: a });
          let [expected, firstWins] = [0, 0];
          for (const sequence of sequences(comparisons)) {
            const probability = sequence.reduce((product, vote, index) => {
              const { first, second } = probabilities(index);
              return product * { first, second, tie: 1 - first - second }[vote];
            }, 1);
            const { votes, cast } = stopped(sequence, rule);
            expected += probability * cast;
            if (winnerOf(votes) === "first") firstWins += probability;
          }
          expect(expectedVotes(rule, probabilities)).toBeCloseTo(expected, 10);
          expect(majorityOutcome(rule, probabilities).first).toBeCloseTo(firstWins, 10);
        },
      ),
      { numRuns: 30 },
    );
  });

  test.each([
    [3, "winner"],
    [5, "winner"],
    [7, "winner"],
    [2, "first-wins"],
    [3, "first-wins"],
    [4, "first-wins"],
    [6, "first-wins"],
  ] as const)("expected votes of %d by %s have the closed form of the header", (comparisons, stop) => {
    const toWin = Math.floor(comparisons / 2) + 1;
    const toLose = stop === "winner" ? toWin : Math.ceil(comparisons / 2);
    for (const p of [0.1, 0.5, 0.83]) {
      const q = 1 - p;
      let closed = 0;
      for (let k = 1; k <= comparisons; k++) {
        if (k >= toWin && k - toWin < toLose) closed += k * choose(k - 1, toWin - 1) * p ** toWin * q ** (k - toWin);
        if (k >= toLose && k - toLose < toWin)
          closed += k * choose(k - 1, toLose - 1) * q ** toLose * p ** (k - toLose);
      }
      expect(expectedVotes({ comparisons, stop }, () => ({ first: p, second: q }))).toBeCloseTo(closed, 10);
    }
  });

  test.each([1, 3, 5, 9])("the error of a majority of %d is the binomial tail", (comparisons) => {
    for (const p of [0.6, 0.81, 0.95]) {
      let tail = 0;
      for (let right = 0; right <= (comparisons - 1) / 2; right++) {
        tail += choose(comparisons, right) * p ** right * (1 - p) ** (comparisons - right);
      }
      for (const stop of stops) {
        const { second } = majorityOutcome({ comparisons, stop }, () => ({ first: p, second: 1 - p }));
        expect(second).toBeCloseTo(tail, 10);
      }
    }
  });

  test("the paper's four comparisons cost fewer", () => {
    // A judge that is right 81 times of 100, either item as likely to be the better one.
    const votes = (stop: StopRule) => {
      const of = (first: number) => expectedVotes({ comparisons: 4, stop }, () => ({ first, second: 1 - first }));
      return (of(0.81) + of(0.19)) / 2;
    };
    expect(votes("never")).toBeCloseTo(4, 10);
    // Three equal votes settle it.
    expect(votes("winner")).toBeCloseTo(4 - 0.81 ** 3 - 0.19 ** 3, 10);
    expect(votes("first-wins")).toBeLessThan(2.9);
  });

  test.each([0, 1.5, 100, Number.NaN])("%d comparisons are refused", (comparisons) => {
    expect(() => majorityJudge({ judge: simulatedJudge({ truth: () => 0 }), comparisons })).toThrow(
      InvalidArgumentError,
    );
  });
});

describe("a majority of simulated votes", () => {
  const pairs = Array.from({ length: 4000 }, (_, index) => ({
    first: { prompt: "", response: `${index} ${index % 2 === 0 ? "better" : ""}` },
    second: { prompt: "", response: `${index} ${index % 2 === 1 ? "better" : ""}` },
  }));
  const truth = ({ response }: { readonly response: string }) => Number(response.includes("better"));
  const random = new RandomStream(3);
  const wins = (verdicts: readonly Verdict[]) =>
    verdicts.filter(({ winner }, index) => winner === (index % 2 === 0 ? "first" : "second")).length / pairs.length;

  test("has the expected votes and the expected error, within four standard deviations", async () => {
    const [accuracy, comparisons] = [0.75, 5];
    const judge = majorityJudge({ judge: simulatedJudge({ truth, accuracy }), comparisons });
    const verdicts = await judge.compare(pairs, { random });
    const probabilities = () => ({ first: accuracy, second: 1 - accuracy });
    const calls = verdicts.reduce((sum, each) => sum + each.calls, 0) / pairs.length;
    const rule = { comparisons, stop: "winner" } as const;
    expect(Math.abs(calls - expectedVotes(rule, probabilities))).toBeLessThan((4 * 1) / Math.sqrt(pairs.length));
    const right = majorityOutcome(rule, probabilities).first;
    expect(Math.abs(wins(verdicts) - right)).toBeLessThan(4 * Math.sqrt((right * (1 - right)) / pairs.length));
  });

  test("shows each item first equally often, so that a liking for the first place alone decides nothing", async () => {
    const judge = majorityJudge({
      judge: simulatedJudge({ truth: () => 0, accuracy: 0.5, positionBias: 0.5 }),
      comparisons: 2,
    });
    for (const { winner, positions } of await judge.compare(pairs.slice(0, 100), { random })) {
      expect(winner).toBe("tie");
      expect(positions).toEqual({ shownFirst: 2, shownSecond: 0 });
    }
  });
});
