import { describe, expect, test } from "vitest";
import { InvalidArgumentError } from "../core/errors/invalid-argument-error.ts";
import { UnknownNameError } from "../core/errors/unknown-name-error.ts";
import { checkArguments } from "./check-arguments.ts";

const args = {
  run: { type: "positional" },
  other: { type: "positional", required: false },
  "search-evaluations": { type: "string" },
  seed: { type: "string", valueHint: "N" },
  json: { type: "boolean" },
  help: { type: "boolean", alias: "h" },
} as const;
const check = (...raw: string[]) => checkArguments(raw, args, "search");

describe("checkArguments", () => {
  test.each([
    [["a"], ["--", "a"]],
    [
      ["a", "b"],
      ["--", "a", "b"],
    ],
    [
      ["a", "--seed", "3"],
      ["--seed=3", "--", "a"],
    ],
    [
      ["--seed=3", "a"],
      ["--seed=3", "--", "a"],
    ],
    [
      ["--seed", "-1", "a"],
      ["--seed=-1", "--", "a"],
    ],
    [
      ["--seed", "-.5", "a"],
      ["--seed=-.5", "--", "a"],
    ],
    [
      ["--seed=", "a"],
      ["--seed=", "--", "a"],
    ],
    [
      ["--json", "a"],
      ["--json", "--", "a"],
    ],
    [
      ["--no-json", "a"],
      ["--no-json", "--", "a"],
    ],
    [
      ["--json=false", "a"],
      ["--no-json", "--", "a"],
    ],
    [
      ["--json=true", "a"],
      ["--json", "--", "a"],
    ],
    [
      ["-h", "a"],
      ["--help", "--", "a"],
    ],
    [
      ["--", "--seed"],
      ["--", "--seed"],
    ],
    [["-"], ["--", "-"]],
  ])("%j becomes %j", (raw, checked) => {
    expect(check(...raw)).toEqual(checked);
  });

  test.each([
    ["--sede", "--seed"],
    ["--evaluations", "--search-evaluations"],
    ["--search_evaluations", "--search-evaluations"],
    ["--search-evaluation=3", "--search-evaluations"],
    ["-seed", "--seed"],
    ["--no-jsn", "--json"],
  ])("%s: did you mean %s", (raw, nearest) => {
    expect(() => check("a", raw)).toThrow(UnknownNameError);
    expect(() => check("a", raw)).toThrow(`did you mean ${JSON.stringify(nearest)}?`);
  });

  test.each([["--constructor"], ["--no-constructor"], ["--__proto__"], ["-x"], ["--run"], ["--no-seed"]])(
    "%s is unknown",
    (raw) => {
      expect(() => check("a", raw)).toThrow(UnknownNameError);
    },
  );

  test.each([
    [["a", "--seed"], /a value after --seed, but got nothing: write --seed N/],
    [["a", "--seed", "--json"], /but got --json/],
    [["a", "--no-json=true"], /expected no value after --no-json/],
    [["a", "--json=maybe"], /but got "maybe"/],
    [[], /expected RUN after illume search/],
    [["a", "b", "c"], /at most 2 arguments, but got "c"/],
  ])("%j is refused", (raw, message) => {
    expect(() => check(...raw)).toThrow(InvalidArgumentError);
    expect(() => check(...raw)).toThrow(message);
  });
});
