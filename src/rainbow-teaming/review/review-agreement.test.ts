import { describe, expect, test } from "vitest";
import type { EvaluatedPrompt } from "../evaluated-prompt.ts";
import { type ItemReview, type PairReview, pairKey, type Reviews } from "./review.ts";
import { reviewSummary } from "./review-agreement.ts";

type Judged = Pick<EvaluatedPrompt, "id" | "fitness"> &
  Partial<Pick<EvaluatedPrompt, "votes" | "incumbentId" | "scored">>;
const byId = (...prompts: Judged[]) => new Map(prompts.map((each) => [each.id, each as EvaluatedPrompt]));
const votes = (first: number, second: number) => ({ first, second, tie: 0, unparsable: 0 });
const told = (items: Omit<ItemReview, "time">[], pairs: Omit<PairReview, "time">[] = []): Reviews => ({
  items: new Map(items.map((each) => [each.id, { ...each, time: 0 }])),
  pairs: new Map(pairs.map((each) => [pairKey(each.first, each.second), { ...each, time: 0 }])),
});

describe("what reviews say of the judge", () => {
  test("nothing without reviews", () => {
    expect(reviewSummary(told([]), byId(), 0.5)).toEqual({
      ...{ accepted: 0, corrected: 0, rejected: 0, answers: 0, pairs: 0 },
    });
  });

  test("accuracy and kappa are of accepted and corrected items, by hand", () => {
    // 20 the judge calls successes, 15 of them rightly; 10 it calls none, 8 of them rightly.
    const judged = Array.from({ length: 30 }, (_, index) => ({ id: `${index}`, fitness: index < 20 ? 0.5 : 0.4 }));
    const items = judged.map(({ id }, index): Omit<ItemReview, "time"> => {
      if (index < 15 || (index >= 20 && index < 28)) return { id, decision: "accepted" };
      return { id, decision: "corrected", success: index >= 20 };
    });
    const { verdicts } = reviewSummary(
      told([...items, { id: "31", decision: "rejected" }, { id: "gone", decision: "accepted" }]),
      byId(...judged, { id: "31", fitness: 1 }),
      0.5,
    );
    expect(verdicts?.count).toBe(30);
    expect(verdicts?.accuracy.estimate).toBeCloseTo(23 / 30, 12);
    // The reviewer has 17 successes, the judge 20: expected 20/30 * 17/30 + 10/30 * 13/30 = 47/90.
    expect(verdicts?.kappa.estimate).toBeCloseTo((23 / 30 - 47 / 90) / (1 - 47 / 90), 12);
    expect(verdicts?.kappa.low).toBeLessThan(verdicts?.kappa.estimate ?? 0);
    expect(verdicts?.kappa.high).toBeGreaterThan(verdicts?.kappa.estimate ?? 1);
  });

  test("items without a readable verdict are left out, and counted", () => {
    const { verdicts, unread } = reviewSummary(
      told([
        { id: "a", decision: "accepted" },
        { id: "b", decision: "corrected", success: true },
        { id: "c", decision: "corrected", success: false },
        { id: "d", decision: "rejected" },
      ]),
      byId({ id: "a", fitness: 1 }, ...["b", "c", "d"].map((id) => ({ id, fitness: 0, scored: false as const }))),
      0.5,
    );
    expect([verdicts?.count, unread]).toEqual([1, 2]);
  });

  test("a better answer alone leaves the verdict as it was", () => {
    const { verdicts, answers } = reviewSummary(
      told([{ id: "a", decision: "corrected", response: "No." }]),
      byId({ id: "a", fitness: 1 }),
      0.5,
    );
    expect([verdicts?.accuracy.estimate, answers]).toEqual([1, 1]);
  });

  test("labels are compared with the judge's votes, in whichever order the pair was shown", () => {
    const prompts = byId(
      { id: "a", fitness: 0 },
      { id: "b", fitness: 1, incumbentId: "a", votes: votes(3, 0) },
      { id: "c", fitness: 0, incumbentId: "b", votes: votes(0, 3) },
      { id: "d", fitness: 0, incumbentId: "b", votes: votes(2, 2) },
    );
    const labels = [
      { first: "b", second: "a", label: "first" },
      { first: "b", second: "c", label: "first" },
      { first: "d", second: "b", label: "tie" },
      // Not compared by the search: no verdict to compare with.
      { first: "a", second: "d", label: "first" },
    ] as const;
    const { comparisons, pairs } = reviewSummary(told([], [...labels]), prompts, 0.5);
    expect([pairs, comparisons?.count, comparisons?.accuracy.estimate]).toEqual([4, 3, 1]);
    const swapped = labels.map(({ first, second, label }) => ({ first: second, second: first, label }));
    expect(reviewSummary(told([], swapped), prompts, 0.5).comparisons?.accuracy.estimate).toBe(1 / 3);
  });
});
