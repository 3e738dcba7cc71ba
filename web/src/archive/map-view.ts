/** Changes of what the map shows. */
import type { MapView } from "./aggregate-archive.ts";

type Side = "rowDimension" | "columnDimension";

/** The view with the dimension on that side; where the other side shows it, the two change places. */
export function chooseDimension(view: MapView, side: Side, dimension: number): MapView {
  const other = side === "rowDimension" ? "columnDimension" : "rowDimension";
  const held = new Map(view.held);
  held.delete(dimension);
  const swapped = view[other] === dimension ? { [other]: view[side] } : {};
  return { ...view, ...swapped, [side]: dimension, held };
}

/** The view with a dimension that is not shown held at one bin, or summed over where the bin is negative. */
export function hold(view: MapView, dimension: number, bin: number): MapView {
  const held = new Map(view.held);
  if (bin < 0) held.delete(dimension);
  else held.set(dimension, bin);
  return { ...view, held };
}
