/**
 * What every archive has to do, those too whose cells move as solutions come (sliding boundaries, novelty). What only
 * archives with fixed cells can do is in archive.contract.ts: a batch that ends as single adds do, statistics of the
 * definition over a known number of cells, bytes that depend on elites alone. A new archive adds one call in archive.test.ts.
 */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InvalidArgumentError } from "../../src/core/errors/invalid-argument-error.ts";
import { NumericalError } from "../../src/core/errors/numerical-error.ts";
import { ShapeError } from "../../src/core/errors/shape-error.ts";
import { type AddResult, type Archive, addStatus } from "../../src/quality-diversity/archives/archive.ts";

export interface AnyArchiveCase<Solution> {
  readonly name: string;
  /** A new empty archive. */
  create(elitesPerCell: number): Archive<Solution>;
  /** How many elites a cell may have (default 1 to 4). */
  readonly mostElitesPerCell?: number;
  /** Different solutions for different numbers. */
  solution(number: number): Solution;
  /** Some descriptors, not all alike. */
  readonly descriptors: readonly (readonly number[])[];
  /** The archive written as JSON and read again; `indexOf` and `at` name solutions by numbers. */
  store(
    archive: Archive<Solution>,
    elitesPerCell: number,
    indexOf: (solution: Solution) => number,
    at: (number: number) => Solution,
  ): Archive<Solution>;
  /** Whether each elite is in the cell of its descriptor (default true): not where cells are elites. */
  readonly cellsAreRegions?: boolean;
  /** Whether the fittest solution always stays (default true): not where only novelty counts. */
  readonly keepsFittest?: boolean;
}

interface Offered<Solution> {
  readonly solution: Solution;
  readonly fitness: number;
  readonly descriptor: readonly number[];
}

export function anyArchiveContract<Solution>(options: AnyArchiveCase<Solution>): void {
  const { name, create, mostElitesPerCell = 4, solution, descriptors, store } = options;
  const { cellsAreRegions = true, keepsFittest = true } = options;
  const first = descriptors[0] as readonly number[];
  const entries = fc.array(
    fc.record({ fitness: fc.integer({ min: -2, max: 3 }), descriptor: fc.constantFrom(...descriptors) }),
    { maxLength: 12 },
  );
  const histories = fc.array(fc.record({ batch: fc.boolean(), entries }), { maxLength: 8 });
  const elitesPerCell = fc.integer({ min: 1, max: mostElitesPerCell });

  /** Plays a history, and calls back after each call. */
  function play(
    archive: Archive<Solution>,
    history: readonly { readonly batch: boolean; readonly entries: readonly Omit<Offered<Solution>, "solution">[] }[],
    after: (offered: readonly Offered<Solution>[], results: readonly AddResult[]) => void = () => {},
    from = 0,
  ): Offered<Solution>[] {
    const all: Offered<Solution>[] = [];
    for (const operation of history) {
      const offered = operation.entries.map((entry) => {
        const one = { ...entry, solution: solution(from + all.length) };
        all.push(one);
        return one;
      });
      if (operation.batch) after(offered, rows(archive.addBatch(columns(offered))));
      else for (const one of offered) after([one], [archive.add(one)]);
    }
    return all;
  }

  describe(`any archive's contract: ${name}`, () => {
    test("begins empty", () => {
      const archive = create(1);
      expect([archive.size, archive.filledCells().length, archive.elites().length, archive.count(0)]).toEqual([
        0, 0, 0, 0,
      ]);
      expect(archive.fitness(0)).toBeNaN();
      expect(() => archive.elite(0)).toThrow(InvalidArgumentError);
      expect(archive.statistics()).toMatchObject({ filledCells: 0, coverage: 0, qdScore: 0, elites: 0 });
      expect(archive.statistics().maximum ?? archive.statistics().mean).toBeUndefined();
    });

    test("elites are what was offered, each once, and everything that reads them agrees", () => {
      fc.assert(
        fc.property(elitesPerCell, histories, (capacity, history) => {
          const archive = create(capacity);
          const offered = play(archive, history);
          const byName = new Map(offered.map((one, index) => [String(one.solution), { ...one, index }]));
          const elites = archive.elites();
          expect(elites).toHaveLength(archive.size);
          expect(new Set(elites.map((one) => String(one.solution))).size).toBe(elites.length);
          const cells = Array.from(archive.filledCells());
          expect(cells).toEqual([...new Set(elites.map(({ cell }) => cell))].sort((a, b) => a - b));
          for (const cell of cells) {
            const own = archive.elites(cell);
            expect(own).toHaveLength(archive.count(cell));
            expect(own.length).toBeLessThanOrEqual(capacity);
            expect(cell).toBeLessThan(archive.cells);
            for (const [rank, elite] of own.entries()) {
              const known = byName.get(String(elite.solution));
              expect(elite).toEqual({
                cell,
                rank,
                fitness: known?.fitness,
                descriptor: known?.descriptor,
                solution: known?.solution,
              });
              expect(archive.elite(cell, rank)).toEqual(elite);
              expect(archive.fitness(cell, rank)).toBe(elite.fitness);
              if (cellsAreRegions) expect(archive.cellOf(elite.descriptor)).toBe(cell);
              // Order: fitter first, of equals the older.
              const next = own[rank + 1];
              if (next === undefined) continue;
              expect(elite.fitness).toBeGreaterThanOrEqual(next.fitness);
              if (elite.fitness !== next.fitness) continue;
              expect(known?.index).toBeLessThan(byName.get(String(next.solution))?.index as number);
            }
          }
          const best = cells.map((cell) => archive.fitness(cell));
          const statistics = archive.statistics({ qdScoreOffset: -2 });
          expect(statistics.filledCells).toBe(cells.length);
          expect(statistics.elites).toBe(elites.length);
          expect(statistics.qdScore).toBe(best.reduce((sum, fitness) => sum + fitness + 2, 0));
          expect(statistics.maximum).toBe(cells.length === 0 ? undefined : best.reduce((a, b) => Math.max(a, b)));
          if (keepsFittest && offered.length > 0) {
            expect(statistics.maximum).toBe(offered.map(({ fitness }) => fitness).reduce((a, b) => Math.max(a, b)));
          }
        }),
      );
    });

    test("a single add tells what happened, and the cell holds then what it took", () => {
      fc.assert(
        fc.property(elitesPerCell, histories, (capacity, history) => {
          const archive = create(capacity);
          play(
            archive,
            history.map((operation) => ({ ...operation, batch: false })),
            ([one], [result]) => {
              const { status, cell, value } = result as AddResult;
              const inside = archive.elites(cell).some((elite) => String(elite.solution) === String(one?.solution));
              expect(inside).toBe(status !== addStatus.rejected);
              if (status === addStatus.discovered) expect([archive.count(cell), value]).toEqual([1, one?.fitness]);
              if (status === addStatus.rejected) expect(value).toBeLessThanOrEqual(0);
              if (status === addStatus.improved && capacity === 1) expect(value).toBeGreaterThan(0);
            },
          );
        }),
      );
    });

    test("equal histories give equal archives", () => {
      fc.assert(
        fc.property(elitesPerCell, histories, (capacity, history) => {
          const [one, other] = [create(capacity), create(capacity)];
          const results: unknown[] = [];
          play(one, history, (_, result) => results.push(result));
          play(other, history, (_, result) => expect(result).toEqual(results.shift()));
          expect(other.elites()).toEqual(one.elites());
        }),
      );
    });

    test("what is stored goes on as if it had not been", () => {
      fc.assert(
        fc.property(elitesPerCell, histories, histories, (capacity, history, more) => {
          const archive = create(capacity);
          const offered = play(archive, history);
          const indexOf = (one: Solution) => offered.findIndex((other) => String(other.solution) === String(one));
          const restored = store(archive, capacity, indexOf, (number) => offered[number]?.solution as Solution);
          expect(restored.elites()).toEqual(archive.elites());
          expect(restored.statistics()).toEqual(archive.statistics());
          const results: unknown[] = [];
          play(archive, more, (_, result) => results.push(result), offered.length);
          play(restored, more, (_, result) => expect(result).toEqual(results.shift()), offered.length);
          expect(restored.elites()).toEqual(archive.elites());
        }),
      );
    });

    test.each([NaN, Infinity, -Infinity])("refuses %d as fitness or in a descriptor, and then adds nothing", (bad) => {
      const archive = create(1);
      const good = { solution: solution(0), fitness: 1, descriptor: first };
      const wrong = [
        { ...good, fitness: bad },
        { ...good, descriptor: first.with(first.length - 1, bad) },
      ];
      expect(() => archive.cellOf(first.with(0, bad))).toThrow(NumericalError);
      for (const one of wrong) {
        expect(() => archive.add(one)).toThrow(NumericalError);
        expect(() => archive.addBatch(columns([good, one]))).toThrow(NumericalError);
      }
      expect(archive.size).toBe(0);
    });

    test("refuses wrong lengths and then adds nothing", () => {
      const archive = create(1);
      const good = { solution: solution(0), fitness: 1, descriptor: first };
      expect(() => archive.add({ ...good, descriptor: [...first, 0] })).toThrow(ShapeError);
      const batch = columns([good, good]);
      expect(() => archive.addBatch({ ...batch, fitness: new Float64Array(3) })).toThrow(ShapeError);
      expect(() => archive.addBatch({ ...batch, descriptors: new Float64Array(1) })).toThrow(ShapeError);
      expect(archive.size).toBe(0);
      expect(archive.addBatch(columns([])).statuses).toHaveLength(0);
    });

    test("what was handed in or out can change without changing the archive", () => {
      const archive = create(1);
      const descriptor = [...first];
      const { cell } = archive.add({ solution: solution(0), fitness: 1, descriptor });
      descriptor.fill(0);
      (archive.elite(cell).descriptor as number[]).fill(0);
      expect(archive.elite(cell).descriptor).toEqual(first);
    });
  });
}

function columns<Solution>(entries: readonly Offered<Solution>[]) {
  return {
    solutions: entries.map(({ solution }) => solution),
    fitness: Float64Array.from(entries, ({ fitness }) => fitness),
    descriptors: Float64Array.from(entries.flatMap(({ descriptor }) => descriptor)),
  };
}

function rows({ statuses, values, cells }: ReturnType<Archive<unknown>["addBatch"]>): AddResult[] {
  return Array.from(statuses, (status, row) => ({ status, value: values[row], cell: cells[row] }) as AddResult);
}
