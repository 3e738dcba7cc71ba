/**
 * What every archive with fixed cells has to do, whatever its cells are; it includes what any archive has to do. A new
 * archive adds one call in archive.test.ts.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InvalidArgumentError } from "../../src/core/errors/invalid-argument-error.ts";
import { NumericalError } from "../../src/core/errors/numerical-error.ts";
import { ShapeError } from "../../src/core/errors/shape-error.ts";
import { type AddResult, type Archive, addStatus } from "../../src/quality-diversity/archives/archive.ts";
import { restoreArchive, serializeArchive } from "../../src/quality-diversity/archives/serialization.ts";
import { anyArchiveContract } from "./any-archive.contract.ts";

export interface ArchiveCase<Solution> {
  readonly name: string;
  /** A new empty archive. */
  create(elitesPerCell: number): Archive<Solution>;
  /** Different solutions for different numbers. */
  solution(number: number): Solution;
  /** Descriptors of at least three different cells; some may share a cell. */
  readonly descriptors: readonly (readonly number[])[];
}

interface Entry<Solution> {
  readonly solution: Solution;
  readonly fitness: number;
  readonly descriptor: readonly number[];
}

export function archiveContract<Solution>({ name, create, solution, descriptors }: ArchiveCase<Solution>): void {
  anyArchiveContract({
    name,
    create,
    solution,
    descriptors,
    store(archive, elitesPerCell, indexOf, at) {
      const restored = create(elitesPerCell);
      restoreArchive(restored, JSON.parse(JSON.stringify(serializeArchive(archive, indexOf))), (json) =>
        at(json as number),
      );
      return restored;
    },
  });

  const [here, there, elsewhere] = distinctCells(create(1), descriptors);
  const entry = (number: number, fitness: number, descriptor: readonly number[]) => ({
    solution: solution(number),
    fitness,
    descriptor,
  });

  describe(`archive contract: ${name}`, () => {
    test("begins empty", () => {
      const archive = create(3);
      expect(archive.elitesPerCell).toBe(3);
      expect([archive.size, archive.filledCells().length, archive.count(0)]).toEqual([0, 0, 0]);
      expect(archive.fitness(0)).toBeNaN();
      expect(archive.elites()).toEqual([]);
      expect(archive.statistics()).toEqual({
        filledCells: 0,
        coverage: 0,
        qdScore: 0,
        maximum: undefined,
        mean: undefined,
        elites: 0,
        meanOfElites: undefined,
      });
    });

    test("one elite a cell: statuses, values, and ties that the incumbent wins", () => {
      const archive = create(1);
      const cell = archive.cellOf(here);
      expect(archive.add(entry(0, -2, here))).toEqual({ status: addStatus.discovered, value: -2, cell });
      expect(archive.add(entry(1, -2, here))).toEqual({ status: addStatus.rejected, value: 0, cell });
      expect(archive.add(entry(2, -3, here))).toEqual({ status: addStatus.rejected, value: -1, cell });
      expect(archive.elite(cell).solution).toEqual(solution(0));
      expect(archive.add(entry(3, 1, here))).toEqual({ status: addStatus.improved, value: 3, cell });
      expect(archive.elites(cell).map((elite) => elite.solution)).toEqual([solution(3)]);
    });

    test("several elites a cell: fittest first, of equals the older; the newest of the worst leaves", () => {
      const archive = create(3);
      const cell = archive.cellOf(here);
      const numbers = () => archive.elites(cell).map((elite) => elite.solution);
      archive.add(entry(0, 1, here));
      expect(archive.add(entry(1, 2, here))).toEqual({ status: addStatus.improved, value: 2, cell });
      archive.add(entry(2, 1, here));
      expect(numbers()).toEqual([1, 0, 2].map(solution));
      expect(archive.add(entry(3, 1, here))).toEqual({ status: addStatus.rejected, value: 0, cell });
      expect(archive.add(entry(4, 2, here))).toEqual({ status: addStatus.improved, value: 1, cell });
      expect(numbers()).toEqual([1, 4, 0].map(solution));
      expect(archive.elites(cell).map(({ rank, fitness }) => [rank, fitness])).toEqual([
        [0, 2],
        [1, 2],
        [2, 1],
      ]);
    });

    test("a batch is judged against the archive as it was before", () => {
      const archive = create(1);
      archive.add(entry(0, 5, here));
      const entries = [
        entry(1, 1, there),
        entry(2, 3, there),
        entry(3, 3, there),
        entry(4, 7, here),
        entry(5, 6, here),
      ];
      const { statuses, values, cells } = archive.addBatch(columns(entries));
      expect([...statuses]).toEqual([2, 2, 2, 1, 1]);
      expect([...values]).toEqual([1, 3, 3, 2, 1]);
      expect([...cells]).toEqual(entries.map(({ descriptor }) => archive.cellOf(descriptor)));
      expect(archive.elite(archive.cellOf(there)).solution).toEqual(solution(2));
      expect(archive.elite(archive.cellOf(here)).solution).toEqual(solution(4));
    });

    test("takes an empty batch", () => {
      const archive = create(2);
      expect(archive.addBatch(columns([])).statuses).toHaveLength(0);
      expect(archive.size).toBe(0);
    });

    test.each([NaN, Infinity, -Infinity])("refuses %d as fitness or in a descriptor, and then adds nothing", (bad) => {
      const archive = create(2);
      const badDescriptor = here.with(here.length - 1, bad);
      expect(() => archive.cellOf(badDescriptor)).toThrow(NumericalError);
      for (const wrong of [entry(1, bad, here), entry(1, 1, badDescriptor)]) {
        expect(() => archive.add(wrong)).toThrow(NumericalError);
        expect(() => archive.addBatch(columns([entry(0, 1, here), wrong]))).toThrow(NumericalError);
      }
      expect(archive.size).toBe(0);
    });

    test("refuses wrong lengths and then adds nothing", () => {
      const archive = create(1);
      expect(() => archive.add(entry(0, 1, [...here, 0]))).toThrow(ShapeError);
      const batch = columns([entry(0, 1, here), entry(1, 2, there)]);
      expect(() => archive.addBatch({ ...batch, fitness: new Float64Array(3) })).toThrow(ShapeError);
      expect(() => archive.addBatch({ ...batch, descriptors: new Float64Array(1) })).toThrow(ShapeError);
      expect(archive.size).toBe(0);
    });

    test("an elite that is not there is an error, not a wrong elite", () => {
      const archive = create(2);
      const { cell } = archive.add(entry(0, 1, here));
      for (const [wrongCell, rank] of [
        [cell, 1],
        [cell, -1],
        [archive.cellOf(there), 0],
        [-1, 0],
        [archive.cells, 0],
      ] as const) {
        expect(() => archive.elite(wrongCell, rank)).toThrow(InvalidArgumentError);
        expect(archive.fitness(wrongCell, rank)).toBeNaN();
      }
      expect(archive.elites(archive.cells)).toEqual([]);
    });

    test("what was handed in or out can change without changing the archive", () => {
      const archive = create(1);
      const descriptor = [...here];
      const { cell } = archive.add(entry(0, 1, descriptor));
      descriptor.fill(0);
      (archive.elite(cell).descriptor as number[]).fill(0);
      expect(archive.elite(cell).descriptor).toEqual(here);
      const before = archive.filledCells();
      archive.add(entry(1, 1, there));
      expect(before).toHaveLength(1);
      expect(archive.filledCells()).toHaveLength(2);
    });

    test("statistics are those of the definition", () => {
      const archive = create(2);
      for (const [number, [fitness, descriptor]] of (
        [
          [4, here],
          [1, here],
          [2, there],
          [-3, elsewhere],
        ] as const
      ).entries()) {
        archive.add(entry(number, fitness, descriptor));
      }
      expect(archive.statistics({ qdScoreOffset: -3 })).toEqual({
        filledCells: 3,
        coverage: 3 / archive.cells,
        qdScore: 7 + 5 + 0,
        maximum: 4,
        mean: 1,
        elites: 4,
        meanOfElites: 1,
      });
    });

    const entries = fc.array(
      fc.record({ fitness: fc.integer({ min: -2, max: 3 }), descriptor: fc.constantFrom(...descriptors) }),
      { maxLength: 12 },
    );
    const history = fc.array(fc.record({ batch: fc.boolean(), entries }), { maxLength: 8 });
    const elitesPerCell = fc.integer({ min: 1, max: 4 });

    test("any history ends as in the plainest model", () => {
      fc.assert(
        fc.property(elitesPerCell, history, (capacity, operations) => {
          const archive = create(capacity);
          const model = new ArchiveModel<Solution>(archive, capacity);
          let number = 0;
          for (const operation of operations) {
            const numbered = operation.entries.map(({ fitness, descriptor }) => entry(number++, fitness, descriptor));
            if (operation.batch) {
              const expected = numbered.map((one) => model.judge(one));
              const result = archive.addBatch(columns(numbered));
              expect(rows(result)).toEqual(expected);
              for (const one of numbered) model.add(one);
            } else {
              for (const one of numbered) {
                expect(archive.add(one)).toEqual(model.judge(one));
                model.add(one);
              }
            }
          }
          expect(archive.elites()).toEqual(model.elites());
          expect(archive.size).toBe(model.elites().length);
          expect(Array.from(archive.filledCells())).toEqual([...new Set(model.elites().map(({ cell }) => cell))]);
        }),
      );
    });

    test("survives JSON to the byte, and goes on as if it had not been written", () => {
      fc.assert(
        fc.property(elitesPerCell, history, entries, (capacity, operations, more) => {
          const archive = create(capacity);
          const stored: Solution[] = [];
          const numbered = (values: readonly { fitness: number; descriptor: readonly number[] }[]) =>
            values.map(({ fitness, descriptor }) => {
              stored.push(solution(stored.length));
              return entry(stored.length - 1, fitness === 0 ? -0 : fitness, descriptor);
            });
          for (const operation of operations) archive.addBatch(columns(numbered(operation.entries)));

          const indexOf = (one: Solution) => stored.findIndex((other) => String(other) === String(one));
          const written = JSON.stringify(serializeArchive(archive, indexOf));
          const restored = create(capacity);
          restoreArchive(restored, JSON.parse(written), (json) => stored[json as number] as Solution);
          expect(JSON.stringify(serializeArchive(restored, indexOf))).toBe(written);
          expect(restored.statistics()).toEqual(archive.statistics());

          const continuation = columns(numbered(more));
          expect(rows(restored.addBatch(continuation))).toEqual(rows(archive.addBatch(continuation)));
          expect(restored.elites()).toEqual(archive.elites());
        }),
      );
    });

    test("adding anew, in their order, only what was accepted gives the same archive", () => {
      fc.assert(
        fc.property(elitesPerCell, history, (capacity, operations) => {
          const archive = create(capacity);
          const replayed = create(capacity);
          let number = 0;
          for (const operation of operations) {
            const numbered = operation.entries.map(({ fitness, descriptor }) => entry(number++, fitness, descriptor));
            const { statuses } = archive.addBatch(columns(numbered));
            for (const [row, one] of numbered.entries()) if (statuses[row] !== addStatus.rejected) replayed.add(one);
          }
          expect(replayed.elites()).toEqual(archive.elites());
        }),
      );
    });
  });
}

/** The rules of archive.ts written as plainly as possible: keep everything sorted, cut off what is too much. */
class ArchiveModel<Solution> {
  readonly #archive: Pick<Archive<Solution>, "cellOf">;
  readonly #capacity: number;
  readonly #cells = new Map<number, Entry<Solution>[]>();

  constructor(archive: Pick<Archive<Solution>, "cellOf">, capacity: number) {
    this.#archive = archive;
    this.#capacity = capacity;
  }

  judge(entry: Entry<Solution>): AddResult {
    const cell = this.#archive.cellOf(entry.descriptor);
    const elites = this.#cells.get(cell) ?? [];
    const leaving = elites[this.#capacity - 1];
    const accepted = leaving === undefined || entry.fitness > leaving.fitness;
    return {
      status: !accepted ? addStatus.rejected : elites.length === 0 ? addStatus.discovered : addStatus.improved,
      value: entry.fitness - (leaving?.fitness ?? 0),
      cell,
    };
  }

  add(entry: Entry<Solution>): void {
    const cell = this.#archive.cellOf(entry.descriptor);
    // A stable sort keeps older entries ahead of newer equals.
    const ranked = [...(this.#cells.get(cell) ?? []), entry].sort((a, b) => b.fitness - a.fitness);
    this.#cells.set(cell, ranked.slice(0, this.#capacity));
  }

  elites() {
    return [...this.#cells]
      .sort(([a], [b]) => a - b)
      .flatMap(([cell, elites]) => elites.map((elite, rank) => ({ ...elite, cell, rank })));
  }
}

function columns<Solution>(entries: readonly Entry<Solution>[]) {
  return {
    solutions: entries.map(({ solution }) => solution),
    fitness: Float64Array.from(entries, ({ fitness }) => fitness),
    descriptors: Float64Array.from(entries.flatMap(({ descriptor }) => descriptor)),
  };
}

function rows(result: ReturnType<Archive<unknown>["addBatch"]>) {
  return Array.from(result.statuses, (status, row) => ({ status, value: result.values[row], cell: result.cells[row] }));
}

type Descriptor = readonly number[];

function distinctCells(
  archive: Pick<Archive<unknown>, "cellOf">,
  descriptors: readonly Descriptor[],
): [Descriptor, Descriptor, Descriptor] {
  const firsts = new Map<number, Descriptor>();
  for (const descriptor of descriptors.toReversed()) firsts.set(archive.cellOf(descriptor), descriptor);
  const [first, second, third] = firsts.values();
  if (first === undefined || second === undefined || third === undefined) {
    throw new Error("the contract needs descriptors of at least three cells");
  }
  return [first, second, third];
}
