import { describe, expect, test } from "vitest";
import { wilsonInterval } from "../../core/statistics/wilson-interval.ts";
import { byFamily, familiesOf, outcomeRate } from "./prompt-families.ts";

describe("families of prompts", () => {
  test("are what descends from one seed, or from one root", () => {
    const families = familiesOf([
      { id: "1", parentId: undefined, seed: "Say hello" },
      { id: "2", parentId: undefined, seed: "Say goodbye" },
      { id: "3", parentId: "1" },
      { id: "4", parentId: undefined, seed: "Say hello" },
      { id: "5", parentId: "4" },
      { id: "6", parentId: "5", seed: "Say goodbye" },
      { id: "7", parentId: undefined },
      { id: "8", parentId: "7" },
    ]);
    expect([...families.values()]).toEqual(["1", "2", "1", "1", "1", "1", "7", "7"]);
  });

  test("are not known of those whose parent is not there, and of what descends from them", () => {
    const families = familiesOf([
      { id: "1", parentId: "lost" },
      { id: "2", parentId: "1" },
      { id: "3", parentId: undefined },
    ]);
    expect([...families.values()]).toEqual([undefined, undefined, "3"]);
    expect(byFamily([...families.keys()], (id) => families.get(id))).toBeUndefined();
    expect(byFamily(["3"], (id) => families.get(id))).toEqual([["3"]]);
  });
});

test("a rate says which interval it has: families are counted, or missing", () => {
  const outcome = (success: boolean, family: string | undefined) => ({ success, family });
  expect(outcomeRate([])).toEqual({ successes: 0, trials: 0 });
  expect(outcomeRate([outcome(true, "a"), outcome(false, undefined)])).toEqual({
    successes: 1,
    trials: 2,
    rate: wilsonInterval(1, 2),
  });
  const one = outcomeRate([outcome(true, "a"), outcome(false, "a")]);
  expect(one).toEqual({ successes: 1, trials: 2, families: 1, rate: wilsonInterval(1, 2) });
  const two = outcomeRate([outcome(true, "a"), outcome(true, "a"), outcome(false, "b"), outcome(false, "b")]);
  expect(two).toMatchObject({ successes: 2, trials: 4, families: 2 });
  expect(two.rate?.low).toBeLessThan(wilsonInterval(2, 4).low);
});
