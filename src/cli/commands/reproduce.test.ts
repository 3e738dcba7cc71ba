import { expect, test } from "vitest";
import { resumeCommand } from "./reproduce.ts";

const nothing = { quick: undefined, seeds: undefined, threads: undefined, output: undefined };

test("the command that goes on is of the same seeds, in the same folder", () => {
  expect(resumeCommand("closed-loop", nothing)).toBe("npm run illume -- reproduce closed-loop --resume");
  expect(resumeCommand("closed-loop", { quick: true, seeds: "1,4", threads: "1", output: "my runs" })).toBe(
    "npm run illume -- reproduce closed-loop --quick --seeds=1,4 --threads=1 --output='my runs' --resume",
  );
});
