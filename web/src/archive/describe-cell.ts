import { count, fixed } from "../text/format.ts";
import type { ArchiveMap, MapCell } from "./aggregate-archive.ts";
import { countItems, type ItemWords } from "./item-words.ts";

/** A cell in words, for those who do not see the map. */
export function describeCell(cell: MapCell, map: ArchiveMap, words: ItemWords): string {
  const place = `${map.rows[cell.row]}, ${map.columns[cell.column]}`;
  if (cell.state === "empty") return `${place}: empty`;
  const kept = countItems(cell.count, words);
  if (cell.state === "unscored") return `${place}: not scored, ${kept}`;
  const unscored = cell.count - cell.scored;
  const left = unscored === 0 ? "" : `, ${count(unscored)} not scored`;
  const items = `${kept}, ${count(cell.failures)} ${words.failures}${left}`;
  return `${place}: ${cell.state}, ${items}, best fitness ${fixed(cell.bestFitness, 2)}, mean ${fixed(cell.meanFitness, 2)}`;
}
