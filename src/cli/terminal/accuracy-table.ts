/** How much of each test set a model got right, as a table. */
import { displayWidth, padToWidth, shortenToWidth, terminalLine, wrapToWidth } from "../../core/terminal-text.ts";
import type { Interval } from "../../report/view-model.ts";
import { percentage, wholeNumber } from "./numbers.ts";
import { paint, type Terminal } from "./terminal.ts";

export interface Accuracy {
  readonly name: string;
  readonly problems: number;
  /** A share in [0, 1] with its 95 % interval. */
  readonly accuracy: Interval;
}

export function drawAccuracyTable(
  accuracies: readonly Accuracy[],
  look: Pick<Terminal, "columns" | "colour" | "unicode">,
): string[] {
  const width = Math.min(
    look.columns - 30,
    Math.max(10, ...accuracies.map(({ name }) => displayWidth(terminalLine(name)))),
  );
  const dash = look.unicode ? "–" : "-";
  const row = (name: string, value: string, interval: string, problems: string) =>
    `${padToWidth(shortenToWidth(name, width), width)}  ${value.padStart(5)}  ${interval.padEnd(13)}  ${problems.padStart(8)}`;
  return [
    paint(row("right, in %", "", "", "problems"), "strong", look.colour),
    ...accuracies.map(({ name, problems, accuracy: { estimate, low, high } }) =>
      row(name, percentage(estimate), `(${percentage(low)}${dash}${percentage(high)})`, wholeNumber(problems)),
    ),
    ...wrapToWidth("In brackets: 95 % intervals.", look.columns),
  ];
}
