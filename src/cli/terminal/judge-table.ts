/** What a judge is worth, as lines for a terminal. */
import { shortenToWidth, terminalLine } from "../../core/terminal-text.ts";
import type { PairMeasurement, ScoreMeasurement } from "../../judges/measure-judge.ts";
import { inTerminal, percentage, wholeNumber } from "./numbers.ts";
import type { Terminal } from "./terminal.ts";

interface Range {
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
}

/** One line a number, each with its interval of 95 %. */
export function judgeTable(
  measurement: PairMeasurement | ScoreMeasurement,
  { columns, unicode }: Pick<Terminal, "columns" | "unicode">,
): string[] {
  const rows: (readonly [string, string])[] = [
    ...(measurement.kind === "pairs"
      ? [["pairs", `${wholeNumber(measurement.pairs)}, each judged in both orders`] as const]
      : [["responses", wholeNumber(measurement.items)] as const]),
    ["accuracy", share(measurement.accuracy)],
    ["Cohen's kappa", decimals(measurement.kappa)],
    ...(measurement.kind === "pairs" ? pairRows(measurement) : scoreRows(measurement)),
    ["unreadable answers", `${share(measurement.unparsable)} of ${wholeNumber(measurement.answers)}`],
    ["calls", wholeNumber(measurement.calls)],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  const lines = rows.map(([name, text]) => inTerminal(`  ${name.padEnd(width)}  ${text}`, unicode));
  const ellipsis = unicode ? "…" : "...";
  const examples = measurement.unparsableReasons.map(
    (reason) => `    ${shortenToWidth(reason, columns - 4, ellipsis)}`,
  );
  return [
    shortenToWidth(terminalLine(measurement.judge), columns, ellipsis),
    ...lines,
    ...(examples.length > 0 ? ["  in place of answers came"] : []),
    ...examples,
  ];
}

function pairRows({ chosenShownFirst, consistency, ties }: PairMeasurement): (readonly [string, string])[] {
  return [
    ...(chosenShownFirst === undefined
      ? []
      : [["chose what came first", `${share(chosenShownFirst)}; 50 % is fair`] as const]),
    ["same in both orders", share(consistency)],
    ["ties", `${percentage(ties)} %`],
  ];
}

function scoreRows({ sensitivity, specificity, meanAbsoluteError }: ScoreMeasurement): (readonly [string, string])[] {
  return [
    ...(sensitivity === undefined ? [] : [["finds of what is there", share(sensitivity)] as const]),
    ...(specificity === undefined ? [] : [["leaves alone of the rest", share(specificity)] as const]),
    ...(meanAbsoluteError === undefined ? [] : [["mean absolute error", decimals(meanAbsoluteError)] as const]),
  ];
}

function share({ estimate, low, high }: Range): string {
  return `${percentage(estimate)} % (${percentage(low)} to ${percentage(high)})`;
}

function decimals({ estimate, low, high }: Range): string {
  const text = (value: number) => value.toFixed(2).replace("-", "−");
  return `${text(estimate)} (${text(low)} to ${text(high)})`;
}
