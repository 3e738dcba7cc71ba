import { describe, expect, test } from "vitest";
import { goOnCommand, requireRunCode } from "./run-code.ts";

const configuration = {
  domain: { judge: { kind: "function", file: "/x/j.mjs" } },
  target: "app:target.yaml",
  archives: [{ judged: { oracle: "oracle.ts" } }],
};

describe("code that a run names", () => {
  test("runs only where the user allowed it, or has just named it", () => {
    expect(() => requireRunCode(configuration, {})).toThrow(/j\.mjs.*target\.yaml.*oracle\.ts.*--run-code/u);
    expect(() => requireRunCode(configuration, {}, ["target.yaml", "oracle.ts"])).toThrow(/"\/x\/j\.mjs": look/u);
    expect(() => requireRunCode(configuration, { "run-code": true })).not.toThrow();
    expect(() => requireRunCode({ target: "target.yaml" }, {}, ["app:target.yaml"])).not.toThrow();
  });

  test("is allowed by the command with which a run of one's own goes on", () => {
    expect(goOnCommand({ directory: "runs/a", configuration })).toMatch(/ --run-code$/u);
    expect(goOnCommand({ directory: "runs/a", configuration: { target: "grade-school" } })).not.toContain("--run-code");
  });
});
