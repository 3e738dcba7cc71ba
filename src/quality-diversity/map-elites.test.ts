import { describe, expect, test } from "vitest";
import { InterruptedError } from "../core/errors/interrupted-error.ts";
import { InvalidArgumentError } from "../core/errors/invalid-argument-error.ts";
import { NumericalError } from "../core/errors/numerical-error.ts";
import { ShapeError } from "../core/errors/shape-error.ts";
import { RandomStream } from "../core/random.ts";
import { gridArchive } from "./archives/grid-archive.ts";
import { restoreArchive, serializeArchive } from "./archives/serialization.ts";
import { type BatchRecord, type MapElitesOptions, mapElites } from "./map-elites.ts";
import { curiositySelection } from "./selection/curiosity-selection.ts";
import { fixedParentsSelection } from "./selection/fixed-parents-selection.ts";
import { uniformSelection } from "./selection/uniform-selection.ts";

/** Points of the lattice {0, ..., 29}^2 under Rastrigin's function (Rastrigin 1974), so every optimum can be listed. */
type Point = readonly [number, number];
const side = 30;

function rastrigin(point: Point): number {
  return point.reduce((sum, coordinate) => {
    const x = (coordinate - 11) / 3;
    return sum - (x * x - 10 * Math.cos(2 * Math.PI * x) + 10);
  }, 0);
}

const bestOfEveryCell = (() => {
  const best = new Map<number, number>();
  const archive = emptyArchive();
  for (let x = 0; x < side; x++) {
    for (let y = 0; y < side; y++) {
      const cell = archive.cellOf([x, y]);
      best.set(cell, Math.max(best.get(cell) ?? -Infinity, rastrigin([x, y])));
    }
  }
  return best;
})();

function emptyArchive(elitesPerCell = 1) {
  const axis = { bins: 6, low: 0, high: side };
  return gridArchive<Point>({ axes: [axis, axis], elitesPerCell });
}

/** A step of at most 6 along each dimension; impossible where it leaves the lattice. */
function step(parent: { readonly solution: Point }, random: RandomStream): Point | undefined {
  const [x, y] = parent.solution.map((coordinate) => coordinate + random.integer(-6, 7)) as [number, number];
  return x >= 0 && y >= 0 && x < side && y < side ? [x, y] : undefined;
}

function search(changes: Partial<MapElitesOptions<Point>> = {}): MapElitesOptions<Point> {
  return {
    archive: emptyArchive(),
    seeds: [[0, 0]],
    select: uniformSelection(),
    mutate: step,
    evaluate: (points) => points.map((point) => ({ fitness: rastrigin(point), descriptor: point })),
    iterations: 100,
    batchSize: 50,
    mutationAttempts: 200,
    random: new RandomStream(7),
    ...changes,
  };
}

test("finds the optimum of every cell from one seed in a corner", async () => {
  const options = search();
  const evaluations = await mapElites(options);
  expect(evaluations).toBe(1 + 100 * 50);
  expect(options.archive.filledCells()).toHaveLength(36);
  for (const [cell, fitness] of bestOfEveryCell) expect(options.archive.fitness(cell)).toBe(fitness);
});

test("without stepping stones it stays where one mutation leads", async () => {
  const options = search({ select: fixedParentsSelection<Point>([[0, 0]]), iterations: 20 });
  await mapElites(options);
  expect([...(options.archive.filledCells() as Int32Array)]).toEqual([0, 1, 6, 7]);
});

test("records every child with its parent and what became of it", async () => {
  const records: BatchRecord<Point>[] = [];
  const archive = emptyArchive(3);
  const replayed = emptyArchive(3);
  await mapElites(search({ archive, iterations: 5, onBatch: (record) => void records.push(record) }));
  expect(records.map(({ iteration }) => iteration)).toEqual([0, 1, 2, 3, 4, 5]);
  expect(records[0]?.children).toEqual([
    {
      solution: [0, 0],
      descriptor: [0, 0],
      fitness: rastrigin([0, 0]),
      parent: undefined,
      status: 2,
      value: rastrigin([0, 0]),
      cell: 0,
    },
  ]);
  for (const { children } of records.slice(1)) {
    expect(children).toHaveLength(50);
    for (const { parent, solution, cell } of children) {
      expect(parent?.cell).toBe(archive.cellOf(parent?.solution as Point));
      expect(cell).toBe(archive.cellOf(solution));
    }
  }
  for (const { children } of records) for (const child of children) if (child.status !== 0) replayed.add(child);
  expect(serializeArchive(replayed)).toEqual(serializeArchive(archive));
});

describe("resuming", () => {
  test("after any iteration it goes on as if it had not stopped, also with a selection that learns", async () => {
    const undisturbed = search({ iterations: 6, select: curiositySelection({ cells: 36 }) });
    const states: { archive: string; scores: number[] }[] = [];
    const selection = undisturbed.select as ReturnType<typeof curiositySelection<Point>>;
    await mapElites({
      ...undisturbed,
      onBatch: () =>
        void states.push({
          archive: JSON.stringify(serializeArchive(undisturbed.archive)),
          scores: selection.scores(),
        }),
    });
    const end = states.at(-1)?.archive as string;

    for (const [finished, state] of states.entries()) {
      const archive = emptyArchive();
      restoreArchive(archive, JSON.parse(state.archive), (json) => json as Point);
      const select = curiositySelection<Point>({ cells: 36, scores: state.scores });
      await mapElites(search({ archive, select, iterations: 6, firstIteration: finished + 1 }));
      expect(JSON.stringify(serializeArchive(archive))).toBe(end);
    }
  });

  test("stops between iterations when it is asked to, and says where to go on", async () => {
    const controller = new AbortController();
    const seen: number[] = [];
    const interrupted = mapElites(
      search({
        signal: controller.signal,
        onBatch: ({ iteration }) => {
          seen.push(iteration);
          if (iteration === 2) controller.abort();
        },
      }),
    );
    await expect(interrupted).rejects.toThrow(InterruptedError);
    await expect(interrupted).rejects.toThrow(/firstIteration 3/);
    expect(seen).toEqual([0, 1, 2]);
  });
});

describe("mutation and evaluation", () => {
  test("an impossible mutation is drawn anew; a place stays empty when none is possible", async () => {
    const attempts = new Map<string, number>();
    const options = search({
      iterations: 1,
      batchSize: 2,
      mutationAttempts: 3,
      mutate: (_parent, random) => {
        const stream = random.path.join("/");
        const attempt = (attempts.get(stream) ?? 0) + 1;
        attempts.set(stream, attempt);
        return random.path.at(-1) === 0 && attempt === 2 ? [5, 5] : undefined;
      },
    });
    expect(await mapElites(options)).toBe(2);
    expect([...attempts].toSorted()).toEqual([
      ["iteration/1/mutation/0", 2],
      ["iteration/1/mutation/1", 3],
    ]);
  });

  test("does not evaluate nothing", async () => {
    const batches: number[] = [];
    const options = search({ iterations: 3, mutate: () => undefined });
    const evaluate = options.evaluate;
    await mapElites({
      ...options,
      evaluate: (points, context) => {
        batches.push(points.length);
        return evaluate(points, context);
      },
    });
    expect(batches).toEqual([1]);
  });

  test("children do not depend on how long the mutation of others takes", async () => {
    const quick = search({ iterations: 3 });
    const slow = search({
      iterations: 3,
      mutate: async (parent, random) => {
        if (random.path.at(-1) === 0) await new Promise((resolve) => setImmediate(resolve));
        return step(parent, random);
      },
    });
    await mapElites(quick);
    await mapElites(slow);
    expect(serializeArchive(slow.archive)).toEqual(serializeArchive(quick.archive));
  });

  test("drops what proved unusable, and keeps what the evaluation made of a solution", async () => {
    const options = search({
      iterations: 1,
      evaluate: (points) =>
        points.map(([x, y], row) =>
          row % 2 === 1 ? undefined : { fitness: 1, descriptor: [x, y], solution: [-x, -y] as Point },
        ),
    });
    const records: BatchRecord<Point>[] = [];
    await mapElites({ ...options, onBatch: (record) => void records.push(record) });
    expect(records[1]?.children).toHaveLength(25);
    expect(records[1]?.evaluations).toBe(50);
    for (const { solution, descriptor } of options.archive.elites()) {
      expect(solution.map((coordinate) => 0 - coordinate)).toEqual(descriptor);
    }
  });

  test("refuses evaluations that do not fit, and counts out of range", async () => {
    await expect(mapElites(search({ evaluate: () => [] }))).rejects.toThrow(ShapeError);
    const wide = search({ evaluate: (points) => points.map(() => ({ fitness: 1, descriptor: [1] })) });
    await expect(mapElites(wide)).rejects.toThrow(ShapeError);
    const broken = search({ evaluate: (points) => points.map(() => ({ fitness: NaN, descriptor: [1, 1] })) });
    await expect(mapElites(broken)).rejects.toThrow(NumericalError);
    await expect(mapElites(search({ batchSize: 0 }))).rejects.toThrow(InvalidArgumentError);
    await expect(mapElites(search({ iterations: -1 }))).rejects.toThrow(InvalidArgumentError);
    await expect(mapElites(search({ firstIteration: 0.5 }))).rejects.toThrow(InvalidArgumentError);
  });
});
