/**
 * GSM8K's calculator annotations, "<<48/2=24>>24", found and judged.
 *
 * When a result counts as right (the rule holds for every one of the training set's 23,716 annotations, all of them by
 * its first clause):
 * 1. it equals the exact value of the expression; or
 * 2. the exact value has no finite decimal form (1/3), the result has at least two decimals, and it is the exact value
 *    rounded to these: where rounding cannot be avoided it is allowed, and only there; or
 * 3. it has at least 15 significant digits and is within 1e-12 of the exact value, relatively: what a calculator with
 *    double-precision numbers prints (8.294400000000001).
 * The number that the text shows right behind the annotation must be the result, rounded or cut to the decimals shown.
 */
import { InvalidArgumentError } from "../../../core/errors/invalid-argument-error.ts";
import { quotedText } from "../../../core/quoted-text.ts";
import { rationalOfAnswer } from "./answer.ts";
import { evaluateExpression } from "./expression.ts";
import {
  absolute,
  add,
  atMost,
  equal,
  formatRational,
  isFiniteDecimal,
  multiply,
  type Rational,
  rational,
  subtract,
} from "./rational.ts";

/** One calculator annotation of a text, e.g. "<<48/2=24>>24". */
export interface Annotation {
  /** What stands between the brackets, e.g. "48/2=24". */
  readonly text: string;
  /** Where "<<" begins, in UTF-16 units. */
  readonly begin: number;
  /** The number right behind ">>" as written ("24", "22,500", "20%"), or undefined where none follows. */
  readonly shown?: string;
  /** Whether ">>" is missing. */
  readonly unfinished: boolean;
}

const shownPattern = /[-−]?\p{Sc}?((?:\d[\d,]*(?:\.\d+)?|\.\d+)%?)/uy;
/** What makes the number before it a part of a fraction, not a result of its own. */
const fractionPattern = /[/⁄]\d|\s+\d+[/⁄]\d/uy;

/** The annotations of a text, in order. */
export function findAnnotations(text: string): Annotation[] {
  const annotations: Annotation[] = [];
  for (let begin = text.indexOf("<<"); begin >= 0; ) {
    const end = text.indexOf(">>", begin + 2);
    if (end < 0) {
      annotations.push({ text: text.slice(begin + 2), begin, unfinished: true });
      break;
    }
    const annotation = { text: text.slice(begin + 2, end), begin, unfinished: false };
    const shown = shownAt(text, end + 2);
    annotations.push(shown === undefined ? annotation : { ...annotation, shown });
    begin = text.indexOf("<<", end + 2);
  }
  return annotations;
}

function shownAt(text: string, begin: number): string | undefined {
  shownPattern.lastIndex = begin;
  const shown = shownPattern.exec(text)?.[1];
  fractionPattern.lastIndex = shownPattern.lastIndex;
  return shown === undefined || fractionPattern.test(text) ? undefined : shown.replace(/,+$/, "");
}

/** What is wrong with an annotation, in one line; undefined where it is right. */
export function annotationFault(annotation: Annotation): string | undefined {
  const name = quotedText(annotation.text);
  if (annotation.unfinished) return `the annotation ${name} has no end ">>"`;
  const sides = annotation.text.split("=");
  if (sides.length < 2) return `the annotation ${name} is no equation`;
  const [first, ...others] = sides as [string, ...string[]];
  try {
    let value = evaluateExpression(first);
    for (const side of others) {
      const written = evaluateExpression(side);
      if (!isResultOf(value, written, side))
        return `${name}: the exact value is ${formatRational(value).slice(0, 100)}`;
      value = written;
    }
    if (annotation.shown !== undefined && !isShownFor(value, annotation.shown)) {
      return `the annotation ${name} is followed by ${quotedText(annotation.shown)}`;
    }
  } catch (error) {
    if (error instanceof InvalidArgumentError) return `${name}: ${error.message}`;
    throw error;
  }
  return undefined;
}

/** The text right of an annotation's last equals sign, or undefined where there is none. */
export function annotationResult({ text }: Annotation): string | undefined {
  const equals = text.lastIndexOf("=");
  return equals < 0 ? undefined : text.slice(equals + 1).trim();
}

/** Whether `written`, spelled as `side`, counts as the result of an expression with the exact value `value`. */
function isResultOf(value: Rational, written: Rational, side: string): boolean {
  if (equal(value, written)) return true;
  const decimals = /\.(\d+)\s*$/.exec(side)?.[1]?.length ?? 0;
  if (decimals >= 2 && !isFiniteDecimal(value) && isRounded(value, written, decimals)) return true;
  const significant = side.replace(/[^\d]/g, "").replace(/^0+/, "").length;
  const error = absolute(subtract(value, written));
  return significant >= 15 && atMost(error, multiply(absolute(value), rational(1n, 10n ** 12n)));
}

function isRounded(value: Rational, rounded: Rational, decimals: number): boolean {
  return atMost(absolute(subtract(value, rounded)), rational(1n, 2n * 10n ** BigInt(decimals)));
}

/** Rounded, or cut off: two thirds of ten people are "6" people to some and "7" to others. */
function isShortened(value: Rational, shown: Rational, decimals: number): boolean {
  const nextShown = add(shown, rational(1n, 10n ** BigInt(decimals)));
  return isRounded(value, shown, decimals) || (atMost(shown, value) && !atMost(nextShown, value));
}

/** The sign may stand before the currency, or in words: sizes are compared. */
function isShownFor(value: Rational, shown: string): boolean {
  const digits = shown.replace("%", "");
  const number = rationalOfAnswer(digits);
  // Digits that are no number ("1,5") are text, not a result.
  if (number === undefined) return true;
  const decimals = digits.split(".")[1]?.length ?? 0;
  const size = absolute(value);
  if (isShortened(size, number, decimals)) return true;
  return shown.endsWith("%") && isShortened(multiply(size, rational(100n)), number, decimals);
}
