/** Small archives for the tests of this folder. */
import type { ArchiveItemView, ArchiveView } from "../../../src/report/view-model.ts";

export function item(changes: Partial<ArchiveItemView> & Pick<ArchiveItemView, "id">): ArchiveItemView {
  return {
    bins: [0, 0, 0],
    problem: "p",
    modelAnswer: "m",
    rightAnswer: "r",
    correct: false,
    fitness: 1.5,
    iteration: 1,
    mutation: "change",
    elite: true,
    ...changes,
  };
}

/** Three dimensions of 2, 3 and 2 bins; cells with a best fitness below 1 are weak. */
export function archive(items: readonly ArchiveItemView[]): ArchiveView {
  return {
    dimensions: [
      { name: "kind", bins: ["k0", "k1"] },
      { name: "steps", bins: ["s0", "s1", "s2"] },
      { name: "wording", bins: ["w0", "w1"] },
    ],
    items,
    weakBelow: 1,
  };
}
