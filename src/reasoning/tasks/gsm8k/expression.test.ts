import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InvalidArgumentError } from "../../../core/errors/invalid-argument-error.ts";
import { evaluateExpression } from "./expression.ts";
import { floor, formatRational, isFiniteDecimal, type Rational, rational } from "./rational.ts";

const value = (text: string): string => formatRational(evaluateExpression(text));

describe("expressions", () => {
  test.each([
    ["48/2", "24"],
    ["0.2*50", "10"],
    ["0.1+0.2", "0.3"],
    ["1/3*3", "1"],
    ["1/3", "1/3"],
    ["100-50-30-15", "5"],
    ["2+3*4", "14"],
    ["(2+3)*4", "20"],
    ["8/4/2", "1"],
    ["8/(4/2)", "4"],
    ["-14+-8+1", "-21"],
    ["2--3", "5"],
    ["-(2+3)", "-5"],
    ["560//10", "56"],
    ["7//2", "3"],
    ["-7//2", "-4"],
    [".5*5.", "2.5"],
    ["333200.00", "333200"],
    ["1,234,567.5 - 0.5", "1234567"],
    ["$5 x 3", "15"],
    ["5X3", "15"],
    ["6 × 7 ÷ 2", "21"],
    ["3 − 5", "-2"],
    ["25% of 80", "20"],
    ["80*25%", "20"],
    ["  1\t+ 1 ", "2"],
    ["€1.50 + £.50", "2"],
    ["99999999999999999999*99999999999999999999", "9999999999999999999800000000000000000001"],
  ])("%s is %s", (text, result) => {
    expect(value(text)).toBe(result);
  });

  test.each([
    ["", "a number"],
    ["1+", "a number"],
    ["*3", "a number"],
    ["(1+2", "a closing parenthesis"],
    ["1)", "an operator"],
    ["1 2", "an operator"],
    ["2(3)", "an operator"],
    ["2**3", "a number"],
    ["x+56", "a number"],
    ["28-2x", "a number"],
    ["2*L/10", "numbers and operators"],
    ["1/0", "a divisor other than zero"],
    ["1//(2-2)", "a divisor other than zero"],
    ["1,23", "commas of thousands"],
    ["1,234,5", "commas of thousands"],
    ["1.2.3", "an operator"],
    ["1e3", "numbers and operators"],
    ["constructor", "numbers and operators"],
    ["1;process", "numbers and operators"],
    [`${"1+".repeat(500)}1`, "at most 1000 characters"],
    [`${"(".repeat(400)}1${")".repeat(400)}`, "at most 100 nested parentheses"],
  ])("%s is no arithmetic", (text, expected) => {
    expect(() => evaluateExpression(text)).toThrow(InvalidArgumentError);
    expect(() => evaluateExpression(text)).toThrow(expected);
  });

  test("hostile text stays on one line", () => {
    expect(() => evaluateExpression("1\u001b[2J\n")).toThrow(/^[^\p{Cc}]*$/u);
  });

  type Tree = number | readonly [string, Tree, Tree];
  const { tree } = fc.letrec<{ tree: Tree }>((tie) => ({
    tree: fc.oneof(
      { maxDepth: 4 },
      fc.integer({ min: 0, max: 99 }),
      fc.tuple(fc.constantFrom("+", "-", "*"), tie("tree"), tie("tree")),
    ),
  }));
  const text = (node: Tree): string =>
    typeof node === "number" ? String(node) : `(${text(node[1])}${node[0]}${text(node[2])})`;
  const truth = (node: Tree): bigint => {
    if (typeof node === "number") return BigInt(node);
    const [a, b] = [truth(node[1]), truth(node[2])];
    return node[0] === "+" ? a + b : node[0] === "-" ? a - b : a * b;
  };

  test("any tree of whole numbers has its exact value", () => {
    fc.assert(
      fc.property(tree, (node) => {
        fc.pre(text(node).length <= 1000);
        expect(evaluateExpression(text(node))).toEqual(rational(truth(node)));
      }),
    );
  });

  test("chains without parentheses have the precedence and associativity of JavaScript", () => {
    const link = fc.tuple(fc.constantFrom("+", "-", "*"), fc.integer({ min: 0, max: 999 }));
    fc.assert(
      fc.property(fc.nat(999), fc.array(link, { maxLength: 4 }), (first, links) => {
        const chain = first + links.map(([operator, number]) => operator + number).join("");
        expect(evaluateExpression(chain)).toEqual(rational(BigInt(new Function(`return ${chain}`)() as number)));
      }),
    );
  });
});

describe("fractions", () => {
  const whole = fc.bigInt({ min: -1000n, max: 1000n });
  const fraction = fc.tuple(whole, fc.bigInt({ min: 1n, max: 1000n })).map(([a, b]) => rational(a, b));

  test("what is formatted is read back", () => {
    fc.assert(
      fc.property(fraction, (number) => {
        expect(evaluateExpression(formatRational(number))).toEqual(number);
      }),
    );
  });

  test("lowest terms, positive denominator, floor below", () => {
    fc.assert(
      fc.property(
        whole,
        fc.bigInt({ min: -1000n, max: 1000n }).filter((b) => b !== 0n),
        (a, b) => {
          const number: Rational = rational(a, b);
          expect(number.denominator > 0n).toBe(true);
          expect(number.numerator * b).toBe(a * number.denominator);
          expect(floor(number).numerator).toBe(BigInt(Math.floor(Number(a) / Number(b))));
        },
      ),
    );
    expect(() => rational(1n, 0n)).toThrow(RangeError);
  });

  test("finite decimals have denominators of twos and fives", () => {
    expect([1n, 2n, 40n, 1024n, 3125n].map((d) => isFiniteDecimal(rational(1n, d)))).not.toContain(false);
    expect([3n, 6n, 7n, 110n].map((d) => isFiniteDecimal(rational(1n, d)))).not.toContain(true);
  });
});
