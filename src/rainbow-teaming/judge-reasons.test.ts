import { expect, test } from "vitest";
import { noVotes } from "../judges/votes.ts";
import { judgeReasons, reasonOf } from "./judge-reasons.ts";

const verdict = { winner: "tie", votes: noVotes, calls: 1 } as const;
const score = { answers: 1, unparsable: 0, calls: 1 } as const;

test("a reason is what the judge said, with the categories of a guard", () => {
  expect(reasonOf(undefined)).toBeUndefined();
  expect(reasonOf(verdict)).toBeUndefined();
  expect(reasonOf({ ...verdict, reason: " \n" })).toBeUndefined();
  expect(reasonOf({ ...score, categories: [] })).toBeUndefined();
  expect(reasonOf({ ...score, reason: "It promises.\n", categories: ["S1", "S2"] })).toBe(
    "It promises.; categories: S1, S2",
  );
});

test("a book is cut, never inside a character", () => {
  const cut = reasonOf({ ...score, reason: `${"a".repeat(1999)}🙂${"b".repeat(10 ** 6)}` }) ?? "";
  expect(cut.length).toBeLessThan(2100);
  expect(cut).toMatch(/ \(cut\)$/u);
  expect(cut.isWellFormed()).toBe(true);
});

test("both reasons of a prompt are kept apart; without any there are none", () => {
  expect(judgeReasons(verdict, undefined)).toBeUndefined();
  expect(judgeReasons({ ...verdict, reason: "a" }, { ...score, reason: "b" })).toEqual({ comparison: "a", score: "b" });
  expect(judgeReasons(undefined, { ...score, reason: "b" })).toEqual({ score: "b" });
});
