import { expect, test } from "vitest";
import { itemNotes, reviewNotes } from "./review-notes.ts";

const counts = { accepted: 2, corrected: 3, rejected: 0, answers: 0, pairs: 0 };
const agreement = { count: 3, accuracy: { estimate: 1, low: 0.4, high: 1 }, kappa: { estimate: 1, low: 0, high: 1 } };

test("the agreement's number of items goes with that of decisions: what has no reading is told", () => {
  const [items, verdicts] = reviewNotes({ ...counts, unread: 2, verdicts: agreement });
  expect(items).toBe("Reviewed: 2 accepted, 3 corrected (0 with a better answer), 0 rejected; 0 pairs labelled.");
  expect(verdicts).toMatch(
    /^Judge and reviewers on what is handled badly, of 3 accepted or corrected \(2 without a reading left out\): 100\.0 % .*, too few for Cohen's kappa/u,
  );
  expect(reviewNotes({ ...counts, verdicts: { ...agreement, count: 10 } })[1]).toContain("Cohen's kappa 1.00");
  expect(reviewNotes({ ...counts, unread: 5 })[1]).toMatch(/not compared: of all 5 accepted or corrected/u);
  expect(reviewNotes({ ...counts, corrected: 1, verdicts: agreement })[1]).not.toContain("left out)");
});

test("a reviewer's verdict is told from the target's side", () => {
  const review = { id: "a", decision: "corrected", time: 0 } as const;
  expect(itemNotes({ ...review, success: true })).toEqual(["A reviewer corrected it: it was handled badly"]);
  expect(itemNotes({ ...review, success: false, response: "No." })).toEqual([
    "A reviewer corrected it: it was handled well, a better answer was written",
  ]);
});
