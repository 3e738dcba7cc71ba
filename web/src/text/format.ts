/** Numbers as the report writes them. What is missing (null, NaN: JSON has no other) is written as a dash. */
import { decimalText, hundredthsText, minus, pointsText } from "../../../src/report/number-text.ts";

const missing = "–";
const narrowSpace = "\u202f";

function isNumber(value: number | null | undefined): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

/** With thousands separators and exactly `digits` decimals; a typographic minus, and no minus before a zero. */
export function fixed(value: number | null | undefined, digits: number): string {
  return isNumber(value) ? decimalText(value, digits) : missing;
}

/** A whole number: 12,345. */
export function count(value: number | null | undefined): string {
  return fixed(value, 0);
}

/** A share in [0, 1] as a percentage with one decimal: 91.2 %. */
export function percentage(share: number | null | undefined): string {
  return isNumber(share) ? `${hundredthsText(share)}${narrowSpace}%` : missing;
}

/** A share in [0, 1] in hundredths without their sign, for the ends of intervals: 91.2. */
export function hundredths(share: number | null | undefined): string {
  return isNumber(share) ? hundredthsText(share) : missing;
}

/** A difference of shares in percentage points, always with its sign: +28.3. */
export function points(difference: number | null | undefined): string {
  return isNumber(difference) ? pointsText(difference) : missing;
}

/** Both ends of an interval in one notation: [89.4, 92.8]. */
export function range(ends: readonly [number, number], write: (end: number) => string): string {
  return `[${write(ends[0])}, ${write(ends[1])}]`;
}

/** Any measure: about four significant digits, so that small values keep theirs and large ones stay short. */
export function measure(value: number | null | undefined): string {
  if (!isNumber(value)) return missing;
  const size = Math.abs(value);
  if (Number.isInteger(value) || size >= 1000) return count(value);
  if (size >= 100) return fixed(value, 1);
  if (size >= 10) return fixed(value, 2);
  return size >= 0.001 ? fixed(value, 3) : value.toExponential(2).replace("-", minus);
}

/** Seconds as people say them: 4.2 s, 48 s, 2 min 20 s, 1 h 03 min. */
export function duration(seconds: number | null | undefined): string {
  if (!isNumber(seconds) || seconds < 0) return missing;
  if (seconds < 9.95) return `${fixed(seconds, 1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, "0")} s`;
  const minutes = Math.round(whole / 60);
  return `${count(Math.floor(minutes / 60))} h ${String(minutes % 60).padStart(2, "0")} min`;
}

/** A date and time of the form 2026-03-01T12:00:00.000Z as 2026-03-01 12:00 UTC; any other text as it is. */
export function moment(text: string): string {
  const parts = /^(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(?::\d\d(?:\.\d+)?)?Z$/.exec(text);
  return parts === null ? text : `${parts[1]} ${parts[2]} UTC`;
}
