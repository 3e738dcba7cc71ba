import { describe, expect, test } from "vitest";
import { displayWidth } from "../../core/terminal-text.ts";
import type { TransferCellView, TransferView } from "../../report/transfer-view-model.ts";
import { drawTransferTable } from "./transfer-table.ts";

const rate = (successes: number, trials: number) => ({
  successes,
  trials,
  rate: { estimate: successes / trials, low: 0.1, high: 0.9 },
});
const cell = (target: string, successes: number, more: Partial<TransferCellView> = {}): TransferCellView => ({
  target,
  ...rate(successes, 20),
  unknown: 0,
  categories: [
    { dimension: "topic", label: "sea", ...rate(successes, 20) },
    { dimension: "topic", label: "a very long label that no narrow terminal has room for", successes: 0, trials: 0 },
  ],
  ...more,
});
const compared = {
  amongSuccesses: rate(5, 10),
  difference: { estimate: -0.25, low: -0.4, high: -0.1 },
};
const transfer = (targets: readonly string[]): TransferView => ({
  targets,
  archives: [
    {
      name: "search-1",
      source: "openai:a",
      prompts: 20,
      families: 4,
      intervals: "Intervals are over 4 families.",
      judges: [
        {
          judge: "the held-out judge openai:j",
          heldOut: true,
          cells: [
            cell("openai:a", 10, { source: true }),
            ...targets.map((target, index) => cell(target, 5, { ...compared, unknown: index })),
          ],
        },
      ],
    },
  ],
});
const look = { columns: 80, colour: false, unicode: true };

describe("the transfer matrix in a terminal", () => {
  test("has rates, what is kept, changes and categories under the numbers of the models", () => {
    const lines = drawTransferTable(transfer(["openai:b", "openai:c"]), look);
    const text = lines.join("\n");
    expect(lines[0]).toBe("search-1: 20 prompts, by the held-out judge openai:j");
    expect(text).toMatch(/\[1\] openai:a \(searched\)\n +50\.0 \(10\.0–90\.0\)$/mu);
    expect(text).toMatch(/\[2\] openai:b +25\.0 \(10\.0–90\.0\) +50\.0 \(10\.0–90\.0\) +−25\.0 \(−40\.0, −10\.0\)$/mu);
    expect(text).toMatch(/\[3\] openai:c, 1 not judged/u);
    expect(text).toMatch(/^by topic +\[1\] +\[2\] +\[3\]$/mu);
    expect(text).toMatch(/^ {2}sea +50 +25 +25$/mu);
    expect(lines.at(-1)).toBe("Intervals are over 4 families.");
  });

  test.each([40, 60, 80])("no line is longer than %d columns, however long names and lists are", (columns) => {
    const names = Array.from(
      { length: 12 },
      (_, index) => `http://127.0.0.1:8000/v1#a-model-with-a-long-name-${index}`,
    );
    const lines = drawTransferTable(transfer(names), { ...look, columns });
    expect(lines.filter((line) => displayWidth(line) > columns)).toEqual([]);
    for (const index of names.keys()) expect(lines.join("")).toContain(`[${index + 2}]`);
  });

  test("hostile names are inert, and nothing is drawn of nothing", () => {
    const lines = drawTransferTable(transfer(["\u001b[2Jopenai:\u202eevil\n"]), look);
    expect(lines.join("\n").replaceAll("\n", "")).not.toMatch(/[\p{Cc}\u202e]/u);
    expect(drawTransferTable({ targets: [], archives: [] }, look)).toEqual([]);
  });
});
