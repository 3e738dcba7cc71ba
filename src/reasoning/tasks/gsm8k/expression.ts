/**
 * The arithmetic of GSM8K's annotations, evaluated exactly.
 *
 * Grammar: sums of products of signed operands; an operand is a number (thousands commas, leading and trailing points,
 * currency signs, "%" for a hundredth) or an expression in parentheses. "x", "×", "·" and "of" multiply, "÷"
 * divides, "//" divides and rounds down.
 */
import { InvalidArgumentError } from "../../../core/errors/invalid-argument-error.ts";
import { quotedText } from "../../../core/quoted-text.ts";
import {
  add,
  divide,
  floor,
  multiply,
  negate,
  type Rational,
  rational,
  rationalOfDigits,
  subtract,
} from "./rational.ts";

/** Longer texts are refused: model output is untrusted, and exact numbers grow with it. */
const maximumLength = 1000;
const maximumDepth = 100;

const tokenPattern = /\s*(?:\p{Sc}\s*)?(\d[\d,]*(?:\.\d*)?|\.\d+|\/\/|[-+*/()%]|[−–×·÷xX]|of\b)\s*/uy;
const thousandsPattern = /^\d{1,3}(,\d{3})+(\.|$)/;
const spellings = new Map([
  ["−", "-"],
  ["–", "-"],
  ["×", "*"],
  ["·", "*"],
  ["x", "*"],
  ["X", "*"],
  ["of", "*"],
  ["÷", "/"],
]);
const hundredth = rational(1n, 100n);

/** Throws InvalidArgumentError for text that is no arithmetic (a variable, a missing operand, a division by zero). */
export function evaluateExpression(text: string): Rational {
  const tokens = tokenize(text);
  let position = 0;

  const accept = (...wanted: string[]): string | undefined => {
    const token = tokens[position];
    if (token === undefined || !wanted.includes(token)) return undefined;
    position++;
    return token;
  };
  const expected = (what: string): InvalidArgumentError => noArithmetic(text, what, tokens[position]);

  function parseSum(depth: number): Rational {
    if (depth > maximumDepth) throw expected(`at most ${maximumDepth} nested parentheses`);
    let value = parseProduct(depth);
    for (let operator = accept("+", "-"); operator !== undefined; operator = accept("+", "-")) {
      value = (operator === "+" ? add : subtract)(value, parseProduct(depth));
    }
    return value;
  }

  function parseProduct(depth: number): Rational {
    let value = parseOperand(depth);
    for (let operator = accept("*", "/", "//"); operator !== undefined; operator = accept("*", "/", "//")) {
      const right = parseOperand(depth);
      if (operator === "*") value = multiply(value, right);
      else if (right.numerator === 0n) throw noArithmetic(text, "a divisor other than zero", "0");
      else value = operator === "/" ? divide(value, right) : floor(divide(value, right));
    }
    return value;
  }

  function parseOperand(depth: number): Rational {
    let negative = false;
    for (let sign = accept("+", "-"); sign !== undefined; sign = accept("+", "-")) {
      if (sign === "-") negative = !negative;
    }
    let value: Rational;
    if (accept("(") !== undefined) {
      value = parseSum(depth + 1);
      if (accept(")") === undefined) throw expected("a closing parenthesis");
    } else {
      const token = tokens[position];
      if (token === undefined || !/\d/.test(token)) throw expected("a number");
      position++;
      value = rationalOfDigits(token);
    }
    if (accept("%") !== undefined) value = multiply(value, hundredth);
    return negative ? negate(value) : value;
  }

  const value = parseSum(0);
  if (position < tokens.length) throw expected("an operator or the end");
  return value;
}

/** Numbers without commas, and operators in one spelling each. */
function tokenize(text: string): string[] {
  if (text.length > maximumLength) throw noArithmetic(text, `at most ${maximumLength} characters`, `${text.length}`);
  const tokens: string[] = [];
  tokenPattern.lastIndex = 0;
  while (tokenPattern.lastIndex < text.length) {
    const start = tokenPattern.lastIndex;
    const token = tokenPattern.exec(text)?.[1];
    if (token === undefined) throw noArithmetic(text, "numbers and operators", text.slice(start, start + 20));
    if (token.includes(",") && !thousandsPattern.test(token)) throw noArithmetic(text, "commas of thousands", token);
    tokens.push(spellings.get(token) ?? token.replaceAll(",", ""));
  }
  return tokens;
}

function noArithmetic(text: string, expected: string, received: string | undefined): InvalidArgumentError {
  return new InvalidArgumentError({
    expected: `${expected} in the arithmetic ${quotedText(text)}`,
    received: received === undefined ? "its end" : quotedText(received),
    remedy: "write numbers, + - * / and parentheses only",
  });
}
