/** A whole number that stands after a flag. */
import { InvalidArgumentError } from "../core/errors/invalid-argument-error.ts";
import { quotedText } from "../core/quoted-text.ts";

/** @param flag with its dashes. Throws InvalidArgumentError for anything but a whole number in the range. */
export function wholeNumber(
  flag: string,
  text: string | undefined,
  { standard, low, high = Number.MAX_SAFE_INTEGER }: { standard: number; low: number; high?: number },
): number {
  const value = text === undefined ? standard : /^\d+$/u.test(text) ? Number(text) : Number.NaN;
  if (value >= low && value <= high) return value;
  throw new InvalidArgumentError({
    expected: `a whole number from ${low}${high === Number.MAX_SAFE_INTEGER ? "" : ` to ${high}`} after ${flag}`,
    received: quotedText(text ?? ""),
    remedy: "correct it, or leave it out",
  });
}
