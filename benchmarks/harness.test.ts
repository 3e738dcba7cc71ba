import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, describe, expect, test } from "vitest";
import type { ComparisonRow } from "./benchmark.ts";
import { BenchmarkError } from "./benchmark-error.ts";
import { type MeasureOptions, measureComparison, measureShare } from "./harness.ts";
import { Side } from "./side.ts";
import { summary } from "./statistics.ts";

const folder = mkdtempSync(join(tmpdir(), "illume-harness-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const serveModule = new URL("serve.ts", import.meta.url).href;

/** A side whose answer to `request` is the given expression; it says it took what it is told, so no test is timed. */
function side(name: string, expression: string): URL {
  const path = join(folder, `${name}.ts`);
  writeFileSync(
    path,
    `import { serve } from ${JSON.stringify(serveModule)};
    let count = 0;
    await serve(async (request) => { count++; return ${expression}; });`,
  );
  return pathToFileURL(path);
}

function comparison(illume: URL, peer: URL, checksumTolerance = 0.01): ComparisonRow {
  const settings = { batch: 4 };
  return {
    kind: "comparison",
    name: "row",
    operation: "step",
    goal: 1,
    checksumTolerance,
    illume: { file: illume, settings },
    peer: { file: peer, settings },
  };
}

const options: MeasureOptions = { python: "no-python-needed", rounds: 3, progress: () => {} };
const fast = '{ seconds: 0.25, operations: request.operations, checksum: 1, note: "b" + request.batch }';

describe("measureComparison", () => {
  test("takes the peer's seconds over illume's in each round, and as many operations as fill a second", async () => {
    const slow = "{ seconds: 1, operations: request.operations, checksum: 1.005 }";
    const result = await measureComparison(comparison(side("fast", fast), side("slow", slow)), options);
    expect(result.ratios).toEqual([4, 4, 4]);
    expect(result.ratio).toBe(4);
    expect(result.illume).toMatchObject({ operations: 4, median: 0.25, checksum: 1, details: { note: "b4" } });
    expect(result.peer).toMatchObject({ operations: 1, median: 1, all: [1, 1, 1] });
  });

  test("the median ignores one slow round, the spread shows it", async () => {
    // Its requests: the warm-up, one trial, three rounds.
    const once = "{ seconds: count === 4 ? 4 : 1, operations: 1, checksum: 1 }";
    const result = await measureComparison(comparison(side("fast2", fast), side("once", once)), options);
    expect(result.ratios).toEqual([4, 16, 4]);
    expect(result.ratio).toBe(4);
    expect(summary(result.ratios)).toMatchObject({ minimum: 4, maximum: 16 });
  });

  test("sides that compute different things are not timed", async () => {
    const other = "{ seconds: 1, operations: 1, checksum: 2 }";
    const row = comparison(side("fast3", fast), side("other", other));
    await expect(measureComparison(row, options)).rejects.toThrow(/equal checksums.*1 from illume, 2 from the peer/s);
  });

  test("a checksum that is missing where one is asked for fails", async () => {
    const none = "{ seconds: 1, operations: 1 }";
    await expect(measureComparison(comparison(side("fast4", fast), side("none", none)), options)).rejects.toThrow(
      BenchmarkError,
    );
  });
});

describe("Side", () => {
  test.each([
    ["an error", "(() => { throw new Error('no such shape'); })()", /no such shape/],
    ["a death", "(console.error('out of luck'), process.exit(3))", /end of its output.*out of luck/s],
    ["a wrong type", '{ seconds: "fast" }', /"seconds":"fast"/],
    ["a second of nothing", "{ seconds: 0 }", /"seconds":0/],
  ])("%s becomes a BenchmarkError that tells what was said", async (name, expression, message) => {
    const running = new Side({ file: side(name.replaceAll(" ", "-"), expression), settings: {} }, "python");
    try {
      await expect(running.request({ operations: 1 })).rejects.toThrow(message);
    } finally {
      await running.close();
    }
  });

  test("a program that is not there becomes a BenchmarkError", async () => {
    const running = new Side({ file: new URL("file:///nowhere/x.py"), settings: {} }, join(folder, "no-python"));
    await expect(running.request({ operations: 1 })).rejects.toThrow(/ENOENT/);
    await running.close();
  });

  test("one that answers nothing is given up, and closed", async () => {
    const running = new Side({ file: side("silent", "await new Promise(() => {})"), settings: {} }, "python");
    await expect(running.request({ operations: 1 }, 0.05)).rejects.toThrow(/nothing within 0.05 s/);
    await running.close();
  });
});

test("measureShare returns the share that the side tells", async () => {
  const definition = { file: side("share", "{ share: 0.07, total: 100 }"), settings: {} };
  const row = { kind: "share", name: "share", operation: "run", goal: 0.1, illume: definition } as const;
  expect(await measureShare(row, options)).toMatchObject({ share: 0.07, total: 100 });
});

test("the median of an even number of values is the mean of the middle two", () => {
  expect(summary([4, 1, 3, 2]).median).toBe(2.5);
});
