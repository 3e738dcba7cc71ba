import { PassThrough } from "node:stream";
import { describe, expect, test } from "vitest";
import { detectTerminal, paint } from "./terminal.ts";

const screen = (columns = 120) => Object.assign(new PassThrough(), { isTTY: true, columns });
const pipe = () => new PassThrough();
const detect = (environment: Record<string, string>, more: Partial<Parameters<typeof detectTerminal>[0]> = {}) =>
  detectTerminal({ output: screen(), errors: screen(), environment, json: false, ...more });

describe("detectTerminal", () => {
  test("a screen has colours and a live line, in 80 columns or fewer", () => {
    expect(detect({ TERM: "xterm", LANG: "C.UTF-8" })).toMatchObject({
      colour: true,
      live: true,
      unicode: true,
      columns: 80,
    });
    expect(detect({}, { output: screen(60) }).columns).toBe(60);
    expect(detect({}, { output: screen(5) }).columns).toBe(40);
  });

  test("NO_COLOR is respected, unless it is empty", () => {
    expect(detect({ NO_COLOR: "1" }).colour).toBe(false);
    expect(detect({ NO_COLOR: "0" }).colour).toBe(false);
    expect(detect({ NO_COLOR: "" }).colour).toBe(true);
  });

  test("pipes and dumb terminals get no control sequences", () => {
    expect(detect({}, { output: pipe(), errors: pipe() })).toMatchObject({ colour: false, live: false, columns: 80 });
    expect(detect({ TERM: "dumb" })).toMatchObject({ colour: false, live: false, unicode: false });
    expect(detect({}, { output: pipe() })).toMatchObject({ colour: false, live: true });
  });

  test("a locale without UTF-8 gets plain characters", () => {
    expect(detect({ LANG: "C" }).unicode).toBe(false);
    expect(detect({ LANG: "C", LC_ALL: "en_US.UTF-8" }).unicode).toBe(true);
    expect(detect({ LC_ALL: "de_DE.ISO-8859-1", LANG: "C.UTF-8" }).unicode).toBe(false);
    expect(detect({}).unicode).toBe(true);
    expect(detect({ TERM: "linux", LANG: "C.UTF-8" }).unicode).toBe(false);
  });

  test("with JSON on the output, people read the error stream", () => {
    const errors = screen();
    expect(detect({}, { errors, json: true }).results).toBe(errors);
    expect(detect({}, { output: screen(), errors: pipe(), json: true }).colour).toBe(false);
  });
});

test("paint colours only where it may", () => {
  expect(paint("text", "bad", true)).toBe("\u001b[31mtext\u001b[39m");
  expect(paint("text", "bad", false)).toBe("text");
  expect(paint("text", "plain", true)).toBe("text");
  expect(paint("", "bad", true)).toBe("");
});
