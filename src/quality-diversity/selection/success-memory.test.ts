import fc from "fast-check";
import { expect, test } from "vitest";
import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";
import { RandomStream } from "../../core/random.ts";
import { categoricalArchive } from "../archives/categorical-archive.ts";
import { lowFitnessTargets } from "./low-fitness-target.ts";
import { differingBins, SuccessMemory } from "./success-memory.ts";
import { uniformTargets } from "./uniform-targets.ts";

test("a cell's own successes first, newest first, then the newest of others", () => {
  const memory = new SuccessMemory<string>({ perCell: 2 });
  for (const [cell, success] of [
    [0, "a"],
    [1, "b"],
    [0, "c"],
    [0, "d"],
    [2, "e"],
  ] as const) {
    memory.remember(cell, success);
  }
  expect(memory.recall(0, 9)).toEqual(["d", "c", "e", "b"]);
  expect(memory.recall(1, 2)).toEqual(["b", "e"]);
  expect(memory.recall(7, 2)).toEqual(["e", "d"]);
  expect(memory.recall(0, 0)).toEqual([]);
});

test("of other cells the nearest come first", () => {
  const { tessellation } = categoricalArchive({
    axes: [
      { name: "topic", labels: ["a", "b", "c"] },
      { name: "style", labels: ["x", "y"] },
    ],
  });
  const memory = new SuccessMemory<string>({ distance: (cell, other) => differingBins(tessellation, cell, other) });
  memory.remember(1, "a, y");
  memory.remember(3, "b, y");
  expect(differingBins(tessellation, 0, 3)).toBe(2);
  expect(memory.recall(0, 2)).toEqual(["a, y", "b, y"]);
  expect(memory.recall(2, 2)).toEqual(["b, y", "a, y"]);
});

test("any history remembers the last ones of each cell, and goes on from what was stored", () => {
  const history = fc.array(fc.integer({ min: 0, max: 3 }), { maxLength: 30 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 4 }), history, history, (perCell, cells, more) => {
      const memory = new SuccessMemory<number>({ perCell });
      for (const [success, cell] of cells.entries()) memory.remember(cell, success);
      for (const cell of [0, 1, 2, 3]) {
        const own = [...cells.keys()].filter((success) => cells[success] === cell);
        expect(memory.recall(cell, perCell).filter((success) => cells[success] === cell)).toEqual(
          own.slice(-perCell).reverse(),
        );
      }
      const restored = new SuccessMemory<number>({ perCell }, JSON.parse(JSON.stringify(memory.entries())));
      for (const [index, cell] of more.entries()) for (const one of [memory, restored]) one.remember(cell, -index);
      for (const cell of [0, 1, 2, 3]) expect(restored.recall(cell, 9)).toEqual(memory.recall(cell, 9));
    }),
  );
});

test("refuses to remember nothing", () => {
  expect(() => new SuccessMemory({ perCell: 0 })).toThrow(InvalidArgumentError);
});

test("uniform targets are uniform, and low fitness is preferred by the published temperature", () => {
  const archive = categoricalArchive<string>({ axes: [{ name: "x", labels: ["a", "b", "c", "d"] }] });
  for (const [cell, fitness] of [0.9, 0.1, 0.1].entries()) archive.add({ solution: "s", fitness, descriptor: [cell] });
  const draws = 40_000;
  const shares = (cells: Int32Array) => [0, 1, 2, 3].map((cell) => cells.filter((one) => one === cell).length / draws);
  for (const share of shares(uniformTargets(archive, draws, new RandomStream(0)))) {
    expect(Math.abs(share - 0.25)).toBeLessThan(5 * Math.sqrt(0.1875 / draws));
  }
  // exp(-F / 0.1), the empty cell as of fitness 0.
  const weights = [Math.exp(-9), Math.exp(-1), Math.exp(-1), 1];
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  for (const [cell, share] of shares(lowFitnessTargets(archive, draws, new RandomStream(0))).entries()) {
    expect(Math.abs(share - (weights[cell] as number) / total)).toBeLessThan(5 * Math.sqrt(0.25 / draws));
  }
});
