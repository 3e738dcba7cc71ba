/**
 * Numbers as texts, in one way for verdict, page and terminal. Rounding is half away from zero, by the shortest decimal
 * that names the number: 793 of 2,000 are 39.7 % everywhere (toFixed rounds the binary number instead, to 39.6).
 */

/** The typographic minus, U+2212; terminals that cannot show it get a hyphen (cli/terminal/numbers.ts). */
export const minus = "\u2212";

const formats = new Map<string, Intl.NumberFormat>();

/** The size of a number without its sign; a share's in hundredths, by moving the point, which rounds nothing. */
function sizeText(value: number, digits: number, style: "decimal" | "percent"): string {
  const key = `${style} ${digits}`;
  let format = formats.get(key);
  if (format === undefined) {
    format = new Intl.NumberFormat("en-US", { style, minimumFractionDigits: digits, maximumFractionDigits: digits });
    formats.set(key, format);
  }
  return format.format(Math.abs(value)).replace("%", "");
}

/** Minus before a negative number, and before none that is shown as zero. */
function signed(value: number, size: string): string {
  return value < 0 && /[1-9]/u.test(size) ? minus + size : size;
}

/** With thousands separators and exactly `digits` decimals: "1,234.6", "−0.5". */
export function decimalText(value: number, digits: number): string {
  return signed(value, sizeText(value, digits, "decimal"));
}

/** A share in [0, 1] in hundredths, without their sign: "39.7". */
export function hundredthsText(share: number, digits = 1): string {
  return signed(share, sizeText(share, digits, "percent"));
}

/** A difference of shares in percentage points, with its sign: "+9.1", "−2.0", "0.0". */
export function pointsText(difference: number): string {
  const text = hundredthsText(difference);
  return difference > 0 && /[1-9]/u.test(text) ? `+${text}` : text;
}
