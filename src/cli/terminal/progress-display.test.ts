import { PassThrough } from "node:stream";
import { describe, expect, test } from "vitest";
import type { Progress } from "../../closed-loop/progress.ts";
import { displayWidth } from "../../core/terminal-text.ts";
import { liveLine, plainLine, progressDisplay } from "./progress-display.ts";
import type { Terminal } from "./terminal.ts";

const progress = (more: Partial<Progress> = {}): Progress => ({
  phase: "search",
  round: 1,
  done: 0,
  total: 100,
  ...more,
});

function watch(live: boolean) {
  const stream = new PassThrough();
  let clock = 0;
  const terminal: Terminal = { results: stream, remarks: stream, columns: 80, live, colour: false, unicode: true };
  const display = progressDisplay({ terminal, rounds: 1, now: () => clock });
  return {
    display,
    wait: (milliseconds: number) => {
      clock += milliseconds;
    },
    /** What was written since the last look, "<clear>" where the line is cleared. */
    written: () => String(stream.read() ?? "").replaceAll("\r\u001b[K", "<clear>"),
  };
}

describe("lines", () => {
  const full = progress({ done: 800, total: 2000, coverage: 0.413, failures: 1512, secondsLeft: 20 });

  test("plain", () => {
    expect(plainLine(full, 1)).toBe("search: 800 of 2,000, coverage 41 %, 1,512 failures, 20 s left");
    expect(plainLine(progress({ phase: "prepare", round: 0, total: 0 }), 3)).toBe("prepare");
    expect(plainLine(progress({ round: 2 }), 3)).toBe("search 2/3: 0 of 100");
  });

  test("live", () => {
    expect(liveLine(full, 1, { columns: 79, unicode: true })).toBe(
      "search          █████░░░░░░░  40 %  coverage 41 %  1,512 failures  20 s left",
    );
    expect(liveLine(progress({ phase: "renewed attack", round: 12 }), 30, { columns: 40, unicode: false })).toBe(
      "renewed attack 12/30 ------------   0 %",
    );
  });

  test("no live line is wider than the terminal, nor is a bar longer than its frame", () => {
    for (const done of [-1, 0, 50, 100, 200]) {
      for (const columns of [39, 50, 79]) {
        const line = liveLine({ ...full, phase: "renewed attack", round: 100, done, total: 100 }, 300, {
          columns,
          unicode: true,
        });
        expect(displayWidth(line)).toBeLessThanOrEqual(columns);
      }
    }
  });
});

describe("elsewhere than on a screen", () => {
  test("prints a phase's beginning, its end, and something now and then, without control sequences", () => {
    const { display, wait, written } = watch(false);
    for (let done = 0; done <= 100; done += 10) {
      display.update(progress({ done }));
      wait(3000);
    }
    display.update(progress({ phase: "learn", done: 0 }));
    display.remark("a remark");
    display.end();
    expect(written()).toBe(
      ["search: 0", "search: 40", "search: 80", "search: 100", "learn: 0"]
        .map((line) => `${line} of 100\n`)
        .concat("a remark\n")
        .join(""),
    );
  });

  test("prints messages made safe", () => {
    const { display, written } = watch(false);
    display.update(progress({ message: "no \u001b[31mcell\nfilled" }));
    expect(written()).toBe("no cell filled\nsearch: 0 of 100\n");
  });
});

describe("on a screen", () => {
  test("rewrites one line, not more often than ten times a second, and leaves it when a phase ends", () => {
    const { display, wait, written } = watch(true);
    display.update(progress({ secondsLeft: 9 }));
    expect(written()).toMatch(/^<clear>search .* 9 s left$/u);
    display.update(progress({ done: 1 }));
    expect(written()).toBe("");
    wait(100);
    display.update(progress({ done: 2, secondsLeft: 5 }));
    expect(written()).toMatch(/^<clear>search .*2 % {2}5 s left$/u);
    display.update(progress({ phase: "learn" }));
    expect(written()).toMatch(/^<clear>search .* 100 %\n<clear>learn/u);
    display.remark("stopping");
    expect(written()).toMatch(/^<clear>stopping\n<clear>learn/u);
    display.end();
    display.end();
    expect(written()).toMatch(/^<clear>learn .*\n$/u);
  });
});
