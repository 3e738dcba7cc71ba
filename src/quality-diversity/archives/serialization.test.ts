import { expect, test } from "vitest";
import { CorruptFileError } from "../../core/errors/corrupt-file-error.ts";
import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";
import { gridArchive } from "./grid-archive.ts";
import { restoreArchive, serializeArchive } from "./serialization.ts";

const line = (high: number, elitesPerCell = 2) =>
  gridArchive<string>({ axes: [{ bins: 4, low: 0, high }], elitesPerCell });

function filled() {
  const archive = line(1);
  archive.add({ solution: "b", fitness: 1, descriptor: [0.9] });
  archive.add({ solution: "a", fitness: -0, descriptor: [0.1] });
  archive.add({ solution: "c", fitness: 2, descriptor: [0.9] });
  return archive;
}

test("writes cells in ascending order and their elites best first, whatever the history", () => {
  expect(serializeArchive(filled(), (solution) => solution.toUpperCase())).toEqual({
    format: 1,
    cells: 4,
    dimensions: 1,
    elitesPerCell: 2,
    elites: [
      { cell: 0, fitness: 0, descriptor: [0.1], solution: "A" },
      { cell: 3, fitness: 2, descriptor: [0.9], solution: "C" },
      { cell: 3, fitness: 1, descriptor: [0.9], solution: "B" },
    ],
  });
});

test("refuses an archive that is not empty or of another shape", () => {
  const json = serializeArchive(filled());
  expect(() => restoreArchive(filled(), json, String)).toThrow(InvalidArgumentError);
  expect(() => restoreArchive(line(1, 3), json, String)).toThrow(/2 elites a cell/);
  expect(() => restoreArchive(line(1), { ...json, format: 2 as 1 }, String)).toThrow(InvalidArgumentError);
});

test("refuses elites that belong to other cells, or more than a cell holds", () => {
  const json = serializeArchive(filled());
  expect(() => restoreArchive(line(10), json, String)).toThrow(CorruptFileError);
  const crowded = { ...json, elites: json.elites.flatMap((elite) => [elite, elite]) };
  expect(() => restoreArchive(line(1), crowded, String)).toThrow(CorruptFileError);
});
