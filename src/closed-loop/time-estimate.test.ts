import { describe, expect, test } from "vitest";
import { parseConfiguration } from "./configuration.ts";
import { expectedSeconds, expectedSecondsLeft, plannedPhases, plannedSecondsDone } from "./time-estimate.ts";

const plan = [
  { phase: "search", round: 1, seconds: 30 },
  { phase: "learn", round: 1, seconds: 10 },
  { phase: "search", round: 2, seconds: 60 },
] as const;
const at = (phase: "search" | "learn", round: number, done: number, total: number) => ({ phase, round, done, total });

test("the phases of an improvement, in order, with seconds that grow with what is asked for", () => {
  const names = (settings: object) =>
    plannedPhases(parseConfiguration(settings)).map(({ phase, round }) => (round > 0 ? `${phase} ${round}` : phase));
  const ends = ["measure after", "renewed attack", "report"];
  expect(names({})).toEqual(["prepare", "measure before", "search 1", "learn 1", ...ends]);
  expect(names({ rounds: 2, attack: { renewed: false } })).toEqual([
    ...["prepare", "measure before", "search 1", "learn 1", "search 2", "learn 2", "measure after", "report"],
  ]);
  const usual = expectedSeconds(parseConfiguration({}));
  expect(usual).toBeCloseTo(
    plannedPhases(parseConfiguration({})).reduce((sum, { seconds }) => sum + seconds, 0),
    9,
  );
  for (const more of [
    { rounds: 2 },
    { search: { evaluations: 4000 } },
    { learn: { epochs: 4 } },
    { measure: { problems: 3000 } },
  ]) {
    expect(expectedSeconds(parseConfiguration(more))).toBeGreaterThan(usual);
  }
});

test("the planned seconds of what is done", () => {
  expect(plannedSecondsDone(plan, at("search", 1, 0, 100))).toBe(0);
  expect(plannedSecondsDone(plan, at("search", 1, 50, 100))).toBe(15);
  expect(plannedSecondsDone(plan, at("search", 2, 50, 100))).toBe(70);
  expect(plannedSecondsDone(plan, at("learn", 1, 20, 10))).toBe(40);
  expect(plannedSecondsDone(plan, at("learn", 1, 0, 0))).toBe(30);
  expect(plannedSecondsDone(plan, at("learn", 2, 0, 1))).toBeUndefined();
});

describe("the seconds left", () => {
  test("at the planned pace, what is left of the plan", () => {
    expect(expectedSecondsLeft(plan, { done: 0, skipped: 0, elapsed: 0 })).toBe(100);
    expect(expectedSecondsLeft(plan, { done: 40, skipped: 0, elapsed: 40 })).toBe(60);
    expect(expectedSecondsLeft(plan, { done: 100, skipped: 0, elapsed: 300 })).toBe(0);
  });

  test("follow the pace so far, ten planned seconds counted as evidence", () => {
    // 40 planned seconds took 90: (90 + 10) / (40 + 10) = 2, for 60 more.
    expect(expectedSecondsLeft(plan, { done: 40, skipped: 0, elapsed: 90 })).toBe(120);
  });

  test("do not count what an earlier process did", () => {
    expect(expectedSecondsLeft(plan, { done: 40, skipped: 40, elapsed: 0 })).toBe(60);
    expect(expectedSecondsLeft(plan, { done: 50, skipped: 40, elapsed: 30 })).toBe(100);
  });
});
