import { expect, test } from "vitest";
import { programCommand, programCommandOf } from "./program-command.ts";

test.each([
  ["file:///clone/src/core/a.ts", "run-script", "npm run illume --"],
  ["file:///clone/src/core/a.ts", undefined, "npm run illume --"],
  ["file:///x/node_modules/illume/dist/src/core/a.js", "exec", "npx illume"],
  ["file:///x/node_modules/illume/dist/src/core/a.js", undefined, "illume"],
])("%s started by npm's %s is typed %s", (module, npmCommand, typed) => {
  expect(programCommandOf({ module, npmCommand })).toBe(typed);
});

test("these tests run from sources", () => {
  expect(programCommand).toBe("npm run illume --");
});
