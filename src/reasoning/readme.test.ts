import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { RandomStream } from "../core/random.ts";
import { gradeSchool, randomProblem } from "./index.ts";

test("the README's example gives what its comments say", () => {
  const text = readFileSync(new URL("README.md", import.meta.url), "utf8");
  const problem = randomProblem(new RandomStream(0));
  const [begin] = /^.{40,}?\./.exec(gradeSchool.prompt(problem)) ?? [];
  const { fault } = gradeSchool.verify(problem, "1 + 1 = 3\n#### 3");
  const description = gradeSchool.mutate(problem, new RandomStream(1))?.description;
  for (const shown of [begin, fault, description]) {
    expect(shown).toBeDefined();
    expect(text).toContain(`"${shown}`);
  }
});
