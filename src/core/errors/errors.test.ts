import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  BudgetExceededError,
  CorruptFileError,
  editDistance,
  IllumeError,
  InterruptedError,
  InvalidArgumentError,
  NumericalError,
  nearestName,
  RunLockedError,
  RunVersionError,
  ShapeError,
  StorageError,
  UnknownNameError,
  UnsupportedCapabilityError,
} from "./index.ts";

describe("edit distance", () => {
  test.each([
    ["", "", 0],
    ["", "abc", 3],
    ["kitten", "sitting", 3],
    ["flaw", "lawn", 2],
    ["intention", "execution", 5],
  ])("%s to %s is %d", (a, b, distance) => {
    expect(editDistance(a, b)).toBe(distance);
  });

  test("is a metric bounded by the lengths", () => {
    const word = fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 8 });
    fc.assert(
      fc.property(word, word, word, (a, b, c) => {
        const distance = editDistance(a, b);
        expect(distance === 0).toBe(a === b);
        expect(editDistance(b, a)).toBe(distance);
        expect(editDistance(a, c)).toBeLessThanOrEqual(distance + editDistance(b, c));
        expect(distance).toBeGreaterThanOrEqual(Math.abs(a.length - b.length));
        expect(distance).toBeLessThanOrEqual(Math.max(a.length, b.length));
      }),
    );
  });

  test("one edit is at distance one", () => {
    const word = fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 8 });
    fc.assert(
      fc.property(word, fc.nat(), (text, position) => {
        const at = position % (text.length + 1);
        expect(editDistance(text, `${text.slice(0, at)}x${text.slice(at)}`)).toBe(1);
      }),
    );
  });
});

describe("the nearest name", () => {
  const known = ["search", "learn", "measure", "resume", "reproduce"];

  test.each([
    ["serach", "search"],
    ["LEARN", "learn"],
    ["mesure", "measure"],
    ["reproduse", "reproduce"],
    ["search", "search"],
  ])("%s means %s", (name, nearest) => {
    expect(nearestName(name, known)).toBe(nearest);
  });

  test("nothing is offered for what resembles nothing, or from nothing", () => {
    expect(nearestName("xyzzyxyzzy", known)).toBeUndefined();
    expect(nearestName("search", [])).toBeUndefined();
  });

  test("the first of equally near names", () => {
    expect(nearestName("cat", ["bat", "hat"])).toBe("bat");
  });

  test("an unknown name's error offers it", () => {
    const error = new UnknownNameError({ kind: "command", name: "serach", known });
    expect(error.nearest).toBe("search");
    expect(error.message).toContain('did you mean "search"?');
    expect(error.message).toContain("one of search, learn");
    const none = new UnknownNameError({ kind: "command", name: "x\u001b[2J\n", known: [] });
    expect(none.nearest).toBeUndefined();
    expect(none.message).not.toMatch(/\p{Cc}/u);
  });
});

describe("errors", () => {
  test("every one has its name, its exit code and a message of three parts", () => {
    const parts = { expected: "a", received: "b", remedy: "c", cause: new Error("why") };
    const codes = [
      [InvalidArgumentError, 2],
      [ShapeError, 2],
      [UnsupportedCapabilityError, 3],
      [NumericalError, 4],
      [CorruptFileError, 5],
      [StorageError, 5],
      [RunLockedError, 6],
      [RunVersionError, 6],
      [BudgetExceededError, 7],
      [InterruptedError, 130],
    ] as const;
    for (const [Kind, exitCode] of codes) {
      const error = new Kind(parts);
      expect(error).toBeInstanceOf(IllumeError);
      expect(error.message).toBe("expected a, but got b: c");
      expect(error.name).toBe(Kind.name);
      expect(error.exitCode).toBe(exitCode);
      expect(error.cause).toBe(parts.cause);
    }
  });
});
