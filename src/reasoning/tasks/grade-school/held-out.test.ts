import { describe, expect, test } from "vitest";
import { RandomStream } from "../../../core/random.ts";
import { chapterOf, chapters } from "./chapters.ts";
import { isReservedSequence, isTestOnly, isTestOnlyByNumbers } from "./held-out.ts";
import { type OperationKind, operationKinds } from "./operations.ts";
import { kindsOf } from "./problem.ts";
import { drawOrdinaryProblem, randomProblem } from "./samplers.ts";
import { isStorySequence } from "./sequences.ts";

/** All story sequences of a length. */
function allSequences(length: number): OperationKind[][] {
  let sequences: OperationKind[][] = [[]];
  for (let step = 0; step < length; step++) {
    sequences = sequences.flatMap((kinds) =>
      operationKinds.map((kind) => [...kinds, kind]).filter((extended) => isStorySequence(extended)),
    );
  }
  return sequences;
}

describe("sequences", () => {
  test("the chapters are those of the model card, by enumeration", () => {
    const counts = Object.fromEntries(chapters.map(({ name }) => [name, 0]));
    for (let length = 1; length <= 5; length++) {
      for (const kinds of allSequences(length)) {
        const name = chapterOf(kinds)?.name;
        if (name !== undefined) counts[name] = (counts[name] ?? 0) + 1;
      }
    }
    // change: 2 + 4 + 8 + 16 + 32. groups: boxes only first, 3 + 3 * 2 + 3 * 4. percentage: 1 + 2.
    // comparison: 3, then 3 * 5, then 5 after 4 of the 5 and 3 after together: 3 * (4 * 5 + 3).
    expect(counts).toEqual({ change: 62, groups: 21, comparison: 3 + 15 + 69, percentage: 3 });
  });

  test("one in four outside the chapters is reserved, none inside", () => {
    for (const length of [2, 3, 4]) {
      const outside = allSequences(length).filter((kinds) => chapterOf(kinds) === undefined);
      const reserved = outside.filter(isReservedSequence).length;
      const deviation = Math.sqrt(outside.length * 0.25 * 0.75);
      expect(Math.abs(reserved - outside.length / 4)).toBeLessThan(4 * deviation);
      expect(allSequences(length).some((kinds) => chapterOf(kinds) !== undefined && isReservedSequence(kinds))).toBe(
        false,
      );
    }
  });

  test("the split of shipped checkpoints does not move", () => {
    const reserved = allSequences(2).filter(isReservedSequence);
    expect(reserved.map((kinds) => kinds.join(" "))).toMatchInlineSnapshot(`
      [
        "boxes add",
        "add more",
        "divide subtract",
        "percentage subtract",
        "percentage divide",
        "more subtract",
        "more multiply",
        "fewer subtract",
        "fewer percentage",
        "times subtract",
        "times divide",
      ]
    `);
  });
});

describe("problems", () => {
  test("one in eight is test-only by its numbers", () => {
    let testOnly = 0;
    for (let start = 2; start < 100; start++) {
      for (let number = 2; number < 100; number++) {
        if (isTestOnlyByNumbers(start, [{ kind: "add", number, variant: 0 }])) testOnly++;
      }
    }
    const all = 98 * 98;
    expect(Math.abs(testOnly - all / 8)).toBeLessThan(4 * Math.sqrt((all * 7) / 64));
  });

  test("wording makes no difference to the side a problem is on", () => {
    expect(isTestOnlyByNumbers(12, [{ kind: "add", number: 7, variant: 0 }])).toBe(
      isTestOnlyByNumbers(12, [{ kind: "add", number: 7, variant: 3 }]),
    );
  });

  test("pretraining and the complete sampler never give test-only problems or reserved sequences", () => {
    const random = new RandomStream(0);
    for (let count = 0; count < 2000; count++) {
      const ordinary = drawOrdinaryProblem("training", random);
      expect(isTestOnly(ordinary)).toBe(false);
      expect(chapterOf(kindsOf(ordinary))).toBeDefined();
      const drawn = randomProblem(random);
      expect(isTestOnly(drawn)).toBe(false);
      expect(isReservedSequence(kindsOf(drawn))).toBe(false);
    }
  });
});
