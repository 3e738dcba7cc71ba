/** Exact fractions, so that 0.2 * 50 is 10 and a third of three is one. */

/** numerator / denominator in lowest terms, denominator above zero. */
export interface Rational {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

/** Throws RangeError for a denominator of zero. */
export function rational(numerator: bigint, denominator = 1n): Rational {
  if (denominator === 0n) throw new RangeError("a denominator of zero");
  if (denominator === 1n) return { numerator, denominator };
  const divisor = greatestCommonDivisor(numerator, denominator) * (denominator < 0n ? -1n : 1n);
  return { numerator: numerator / divisor, denominator: denominator / divisor };
}

/** The value of digits with at most one point ("12", "1.50", ".5", "5."), no sign and no commas. */
export function rationalOfDigits(digits: string): Rational {
  const [whole = "", decimals = ""] = digits.split(".");
  return rational(BigInt(`${whole}${decimals}`), 10n ** BigInt(decimals.length));
}

export function add(a: Rational, b: Rational): Rational {
  return rational(a.numerator * b.denominator + b.numerator * a.denominator, a.denominator * b.denominator);
}

export function subtract(a: Rational, b: Rational): Rational {
  return add(a, negate(b));
}

export function multiply(a: Rational, b: Rational): Rational {
  return rational(a.numerator * b.numerator, a.denominator * b.denominator);
}

/** Throws RangeError for b = 0. */
export function divide(a: Rational, b: Rational): Rational {
  return rational(a.numerator * b.denominator, a.denominator * b.numerator);
}

export function negate(a: Rational): Rational {
  return { numerator: -a.numerator, denominator: a.denominator };
}

export function absolute(a: Rational): Rational {
  return a.numerator < 0n ? negate(a) : a;
}

/** The greatest whole number not above a. */
export function floor(a: Rational): Rational {
  const truncated = a.numerator / a.denominator;
  return rational(a.numerator < 0n && truncated * a.denominator !== a.numerator ? truncated - 1n : truncated);
}

export function equal(a: Rational, b: Rational): boolean {
  return a.numerator === b.numerator && a.denominator === b.denominator;
}

export function atMost(a: Rational, b: Rational): boolean {
  return a.numerator * b.denominator <= b.numerator * a.denominator;
}

/** Whether it can be written with finitely many decimals. */
export function isFiniteDecimal({ denominator }: Rational): boolean {
  let rest = denominator;
  while (rest % 2n === 0n) rest /= 2n;
  while (rest % 5n === 0n) rest /= 5n;
  return rest === 1n;
}

/** As people write it: "24", "-0.125", and "1/3" where decimals never end. */
export function formatRational(value: Rational): string {
  if (value.denominator === 1n) return String(value.numerator);
  if (!isFiniteDecimal(value)) return `${value.numerator}/${value.denominator}`;
  let decimals = 0;
  let scaled = value;
  while (scaled.denominator !== 1n) {
    scaled = multiply(scaled, rational(10n));
    decimals++;
  }
  const digits = String(absolute(scaled).numerator).padStart(decimals + 1, "0");
  return `${value.numerator < 0n ? "-" : ""}${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}

function greatestCommonDivisor(a: bigint, b: bigint): bigint {
  let [larger, smaller] = [a < 0n ? -a : a, b < 0n ? -b : b];
  while (smaller !== 0n) [larger, smaller] = [smaller, larger % smaller];
  return larger;
}
