import type { RandomStream } from "../../core/random.ts";
import type { SelectableArchive } from "./parent-selection.ts";

/** `count` cells to aim at, each drawn uniformly from all cells: the control of lowFitnessTargets. */
export function uniformTargets(
  archive: Pick<SelectableArchive<unknown>, "cells">,
  count: number,
  random: RandomStream,
): Int32Array {
  return Int32Array.from({ length: count }, () => random.integer(0, archive.cells));
}
