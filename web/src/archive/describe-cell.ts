import { count, fixed } from "../text/format.ts";
import type { ArchiveMap, MapCell } from "./aggregate-archive.ts";

/** A cell in words, for those who do not see the map. */
export function describeCell(cell: MapCell, map: ArchiveMap): string {
  const place = `${map.rows[cell.row]}, ${map.columns[cell.column]}`;
  if (cell.state === "empty") return `${place}: empty`;
  const problems = cell.items.length === 1 ? "1 problem" : `${count(cell.items.length)} problems`;
  return `${place}: ${cell.state}, ${problems}, ${count(cell.failures)} wrong, best fitness ${fixed(cell.bestFitness, 2)}`;
}
