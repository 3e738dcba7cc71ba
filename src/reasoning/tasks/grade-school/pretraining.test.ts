import fc from "fast-check";
import { expect, test } from "vitest";
import { RandomStream } from "../../../core/random.ts";
import { drawDrill, mostDrillEquations } from "./drills.ts";
import { drawPretrainingExample } from "./pretraining.ts";

function evaluate(left: number, operator: string, right: number): number {
  switch (operator) {
    case "+":
      return left + right;
    case "-":
      return left - right;
    case "*":
      return left * right;
    case "/":
      return left / right;
    default:
      return (left * right) / 100;
  }
}

test("drills ask what they solve, are right, and stay within the stories' values", () => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const { prompt, completion } = drawDrill(new RandomStream(seed));
      const lines = completion.split("\n");
      const answer = lines.pop();
      expect(lines.length).toBeLessThanOrEqual(mostDrillEquations);
      expect(prompt).toBe(`What is ${lines.map((line) => line.split(" =")[0]).join(", ")}?\n`);
      for (const line of lines) {
        const [, left, operator, right, result] = /^(\d+)(?: ([-+*/])|(?:% of)) (\d+) = (\d+)$/.exec(line) ?? [];
        expect(evaluate(Number(left), operator ?? "%", Number(right))).toBe(Number(result));
        expect(Number(result)).toBeGreaterThanOrEqual(1);
        expect(Math.max(Number(left), Number(right), Number(result))).toBeLessThanOrEqual(999);
      }
      expect(answer).toBe(`#### ${lines.at(-1)?.split("= ")[1]}`);
    }),
    { numRuns: 300 },
  );
});

test("the share of drills is what is asked for", () => {
  const random = new RandomStream(0);
  const drills = (share: number): number =>
    Array.from({ length: 1000 }, () => drawPretrainingExample(share, random)).filter(({ prompt }) =>
      /^What is \d/.test(prompt),
    ).length;
  expect(drills(0)).toBe(0);
  expect(drills(1)).toBe(1000);
  expect(Math.abs(drills(0.4) - 400)).toBeLessThan(4 * Math.sqrt(1000 * 0.24));
});

test("equal streams give equal examples", () => {
  const draw = (): unknown => {
    const random = new RandomStream(5, ["corpus"]);
    return Array.from({ length: 50 }, () => drawPretrainingExample(0.3, random));
  };
  expect(draw()).toEqual(draw());
});
