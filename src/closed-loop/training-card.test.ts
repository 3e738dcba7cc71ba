import { expect, test } from "vitest";
import { type Doubling, doublingContext } from "../../tests/fixtures/doubling/domain.ts";
import { dataRowOf, measureTrainingCard, storedCard } from "./training-card.ts";
import type { TrainingSet } from "./training-set.ts";

const taught = (...numbers: number[]): TrainingSet<Doubling> => ({
  problems: numbers.map((number) => ({ number })),
  replayed: [{ number: 99 }],
  different: new Set(numbers).size,
  tokens: 0,
});

test("a row has the task's bins as attributes, and the verdict on its reference solution", () => {
  expect(dataRowOf(doublingContext({}), { number: 21 })).toEqual({
    prompt: "21*2?",
    completion: "42",
    attributes: { tens: "2", parity: "odd", correct: true },
  });
});

test("the card is of the new problems of all rounds, measured once", async () => {
  const context = doublingContext({});
  expect(storedCard(context)).toBeUndefined();
  await measureTrainingCard(context, [taught(1, 2, 2), taught(15, 33)]);
  const card = storedCard(context);
  expect(card?.rowCount).toBe(5);
  expect(card?.duplicates).toEqual([[1, 2]]);
  const values = new Map(card?.rows.map(({ measure, value }) => [measure, value]));
  expect(values.get("verifier-accuracy")).toBe(1);
  // Cells (0, odd), (0, even), (1, odd), (3, odd) of twenty.
  expect(values.get("coverage-of-tens-by-parity")).toBeCloseTo(4 / 20, 12);
  await measureTrainingCard(context, [taught(1)]);
  expect(storedCard(context)).toEqual(card);
});

test("where nothing was taught, the card is empty", async () => {
  const context = doublingContext({});
  await measureTrainingCard(context, [taught()]);
  expect(storedCard(context)).toMatchObject({ rowCount: 0, duplicates: [] });
});
