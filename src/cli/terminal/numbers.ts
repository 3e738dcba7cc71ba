/** Numbers as people read them in a terminal; shares and differences are written as the report's page writes them. */
import { decimalText, hundredthsText, minus, pointsText } from "../../report/number-text.ts";

/** "2,000" */
export function wholeNumber(value: number): string {
  return decimalText(value, 0);
}

/** A share in [0, 1] as "91.2", without its sign. */
export function percentage(share: number, digits = 1): string {
  return hundredthsText(share, digits);
}

/** A difference of shares in percentage points, with its sign: "+9.1", "−2.0", "0.0". */
export function points(difference: number): string {
  return pointsText(difference);
}

/** Three digits that count: "0.619", "−12.4", "1,234". */
export function threeDigits(value: number): string {
  return Math.abs(value) >= 1000 ? wholeNumber(value) : String(Number(value.toPrecision(3))).replaceAll("-", minus);
}

/** A text with numbers for a terminal that may be unable to show a typographic minus. */
export function inTerminal(text: string, unicode: boolean): string {
  return unicode ? text : text.replaceAll(minus, "-");
}

/** "8 s", "1 min 20 s", "2 h 5 min". */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}
