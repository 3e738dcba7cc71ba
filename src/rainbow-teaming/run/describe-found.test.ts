import { expect, test } from "vitest";
import { type EvaluatedPrompt, noCalls } from "../evaluated-prompt.ts";
import { describePut } from "./describe-found.ts";

const prompts = (count: number) =>
  new Map(Array.from({ length: count }, (_, index) => [String(index), {} as EvaluatedPrompt]));

test("what was put to the target and what was judged are told apart", () => {
  const discarded = { duplicate: 20, similar: 21 };
  expect(describePut({ calls: { ...noCalls, target: 79 }, prompts: prompts(59), discarded })).toBe(
    "79 prompts were put to the target, of which 59 were judged (the others had no response, or had become duplicates). Discarded children: duplicate 20, similar 21.",
  );
  expect(describePut({ calls: { ...noCalls, target: 3 }, prompts: prompts(3), discarded: {} })).toBe(
    "3 prompts were put to the target, all of which were judged.",
  );
});
