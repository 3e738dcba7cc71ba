import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";
import { describeEstimate, estimateCalls } from "./call-estimate.ts";
import { describeSpending, dollars } from "./describe-spending.ts";
import { callCost, priceOf } from "./price.ts";
import { priceTable } from "./price-table.ts";

describe("prices", () => {
  test.each([
    ["openai:gpt-4.1-mini", 0.4, 1.6],
    ["openai:gpt-4.1-mini-2025-04-14", 0.4, 1.6],
    ["openai:gpt-4o-2024-08-06", 2.5, 10],
    ["openai:gpt-4o-2024-05-13", 5, 15],
    ["anthropic:claude-haiku-4-5-20251001", 1, 5],
    ["illume:models/mine.safetensors", 0, 0],
    ["grade-school", 0, 0],
    ["gguf:a.gguf", 0, 0],
    ["ollama:llama3.2", 0, 0],
  ])("%s costs $%d and $%d", (id, input, output) => {
    expect(priceOf(id)).toMatchObject({ input, output });
  });

  test.each(["openai:gpt-99", "http://localhost:8000/v1#trees", "https://example.org/v1#m", "toString:x"])(
    "of %s are not known",
    (id) => expect(priceOf(id)).toBeUndefined(),
  );

  test("that the user gives have precedence, and have to be numbers", () => {
    expect(priceOf("openai:gpt-4.1", [1, 2])).toEqual({ input: 1, output: 2, source: "--price" });
    expect(() => priceOf("openai:gpt-4.1", [1, -2])).toThrow(InvalidArgumentError);
    expect(() => priceOf("openai:gpt-4.1", [Number.NaN, 2])).toThrow(InvalidArgumentError);
  });

  test("of the table stand in the guide, each with its month and its source", () => {
    const guide = readFileSync(new URL("../../../docs/guide/calls.md", import.meta.url), "utf8");
    const listed = guide.split("\n").filter((line) => /^\| `(openai|anthropic|google):/u.test(line));
    const expected = Object.entries(priceTable).map(
      ([
        id,
        {
          price: [input, output],
          asOf,
          source,
        },
      ]) => [`\`${id}\``, input, output, asOf, source].join("|"),
    );
    const cells = listed.map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim())
        .join("|"),
    );
    expect(cells).toEqual(expected);
    expect(priceOf("openai:gpt-4.1")?.source).toBe("the list price of 2026-06, second-hand");
    expect(priceOf("anthropic:claude-haiku-4-5")?.source).toBe("the list price of 2026-03");
  });

  test("of the table have a month each", () => {
    for (const { price, asOf } of Object.values(priceTable)) {
      expect(asOf).toMatch(/^20\d\d-(0[1-9]|1[0-2])$/u);
      expect(price.every((value) => value >= 0)).toBe(true);
    }
  });

  test("make a call's cost in whole billionths of a dollar, never too little", () => {
    const price = { input: 0.4, output: 1.6, source: "" };
    expect(callCost(price, 1000, 100).nanodollars).toBe(560_000);
    expect(callCost({ input: 0.0001, output: 0, source: "" }, 1, 0).nanodollars).toBe(1);
    expect(callCost(undefined, 1, 1).nanodollars).toBeUndefined();
    const amount = fc.double({ min: 0, max: 100, noNaN: true });
    fc.assert(
      fc.property(amount, amount, fc.nat(100_000), fc.nat(100_000), (input, output, tokensIn, tokensOut) => {
        const exact = (tokensIn * input + tokensOut * output) * 1000;
        const { nanodollars = Number.NaN } = callCost({ input, output, source: "" }, tokensIn, tokensOut);
        expect(Number.isSafeInteger(nanodollars)).toBe(true);
        expect(nanodollars - exact).toBeGreaterThan(-1e-3);
        expect(nanodollars - exact).toBeLessThan(1);
      }),
    );
  });
});

describe("money in words", () => {
  test.each([
    [0, "$0"],
    [1, "$0.0000000010"],
    [15_000, "$0.000015"],
    [420_000_000, "$0.42"],
    [1_234_567_890, "$1.23"],
    [4_000_000_000_000, "$4000.00"],
  ])("%d billionths of a dollar are %s", (nanodollars, text) => {
    expect(Number(dollars(nanodollars).slice(1))).toBe(Number(text.slice(1)));
  });

  test("spending", () => {
    const spending = { calls: 1234, inputTokens: 120_000, outputTokens: 45_000, nanodollars: 42e7, unpricedCalls: 0 };
    expect(describeSpending(spending)).toBe("1,234 calls, 120,000 tokens in and 45,000 out, $0.42");
    expect(describeSpending({ ...spending, nanodollars: 0, unpricedCalls: 1234 })).toMatch(/price not known$/u);
    expect(describeSpending({ ...spending, unpricedCalls: 4 })).toMatch(
      /\$0.42 and 4 calls whose price is not known$/u,
    );
  });

  test("an estimate is the worst that can come", () => {
    const planned = [
      { calls: 2000, inputTokens: 200, maximumTokens: 50 },
      { calls: 1, inputTokens: 0.5, maximumTokens: 1 },
    ];
    const price = priceOf("openai:gpt-4.1-mini");
    const estimate = estimateCalls(planned, price);
    expect(estimate).toEqual({ calls: 2001, inputTokens: 400_001, outputTokens: 100_001, nanodollars: 320_002_000 });
    expect(describeEstimate(estimate, price)).toBe(
      "up to 2,001 calls, 400,001 tokens in and 100,001 out, $0.32 (the list price of 2026-06, second-hand: $0.40 and $1.60 per million tokens)",
    );
    expect(describeEstimate(estimateCalls(planned, undefined), undefined)).toMatch(/price not known \(--price IN,OUT/u);
    expect(describeEstimate(estimateCalls(planned, priceOf("illume:x")), priceOf("illume:x"))).toMatch(/machine\)$/u);
  });
});
