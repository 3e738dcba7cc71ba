import { PassThrough } from "node:stream";
import { describe, expect, test } from "vitest";
import { displayWidth } from "../../core/terminal-text.ts";
import { downloadDisplay, progressLine } from "./download-display.ts";
import type { Terminal } from "./terminal.ts";

function watch(live: boolean, columns = 80) {
  const stream = new PassThrough();
  let clock = 0;
  const terminal: Terminal = { results: stream, remarks: stream, columns, live, colour: false, unicode: true };
  const display = downloadDisplay(terminal, () => clock);
  return {
    display,
    wait: (milliseconds: number) => {
      clock += milliseconds;
    },
    /** What was written since the last look, "<clear>" where the line is cleared. */
    written: () => String(stream.read() ?? "").replaceAll("\r\u001b[K", "<clear>"),
  };
}

const weights = { file: "model.safetensors", totalBytes: 269_060_552 };
const settings = { file: "config.json", totalBytes: 861 };

describe("a line", () => {
  test("has both amounts in one unit", () => {
    expect(progressLine({ ...weights, bytes: 107_500_000 })).toBe("model.safetensors: 107.5 of 269.1 MB, 39 %");
    expect(progressLine({ ...settings, bytes: 0 })).toBe("config.json: 0 of 861 B, 0 %");
    expect(progressLine({ file: "a", totalBytes: 13_476_000_000, bytes: 99_000_000 })).toBe("a: 0.1 of 13.5 GB, 0 %");
    expect(progressLine({ file: "empty", totalBytes: 0, bytes: 0 })).toBe("empty: 0 of 0 B, 100 %");
  });

  test("keeps the end of a long name", () => {
    const file = `a-very-long-name-of-${"a-model-".repeat(5)}-00001-of-00002.gguf`;
    expect(progressLine({ file, totalBytes: 1000, bytes: 10 })).toMatch(/^\.\.\..{17}-00001-of-00002\.gguf: /);
  });
});

test("on a screen one line is rewritten, ten times a second at most, and what came stands at the end", () => {
  const { display, wait, written } = watch(true);
  display.update({ ...settings, bytes: 861 });
  expect(written()).toBe("<clear>config.json: 861 of 861 B, 100 %");
  display.update({ ...weights, bytes: 1_000_000 });
  expect(written()).toBe("<clear>model.safetensors: 1.0 of 269.1 MB, 0 %");
  display.update({ ...weights, bytes: 2_000_000 });
  expect(written()).toBe("");
  wait(100);
  display.update({ ...weights, bytes: 3_000_000 });
  expect(written()).toBe("<clear>model.safetensors: 3.0 of 269.1 MB, 1 %");
  display.update({ ...weights, bytes: weights.totalBytes });
  expect(written()).toBe("<clear>model.safetensors: 269.1 of 269.1 MB, 100 %");
  display.end();
  display.end();
  expect(written()).toBe("<clear>Fetched 2 files, 269.1 MB.\n");
});

test("in a pipe lines are plain: the first of a file, one each ten seconds, the last", () => {
  const { display, wait, written } = watch(false);
  for (const bytes of [1_000_000, 2_000_000]) display.update({ ...weights, bytes });
  wait(10_000);
  display.update({ ...weights, bytes: 200_000_000 });
  display.update({ ...weights, bytes: weights.totalBytes });
  display.end();
  expect(written()).toBe(
    [
      "model.safetensors: 1.0 of 269.1 MB, 0 %",
      "model.safetensors: 200.0 of 269.1 MB, 74 %",
      "model.safetensors: 269.1 of 269.1 MB, 100 %",
      "Fetched one file, 269.1 MB.",
      "",
    ].join("\n"),
  );
});

test("a download that broke off leaves no half line and claims nothing", () => {
  const { display, written } = watch(true);
  display.update({ ...weights, bytes: 5 });
  written();
  display.end();
  expect(written()).toBe("<clear>");
});

test("no line is wider than the screen, and a hostile name cannot steer it", () => {
  const { display, written } = watch(true, 40);
  display.update({ file: `\u001b[2J\n${"x".repeat(200)}`, bytes: 1, totalBytes: 2 });
  const line = written().replace("<clear>", "");
  expect(displayWidth(line)).toBeLessThanOrEqual(39);
  expect(line).not.toMatch(/\p{Cc}/u);
});
