import { expect, test } from "vitest";
import { RandomStream } from "../core/random.ts";
import { ScriptedLanguageModel } from "../language-models/scripted-language-model.ts";
import { gradeSchool } from "../reasoning/tasks/grade-school/grade-school.ts";
import { randomProblem, seedProblems } from "../reasoning/tasks/grade-school/samplers.ts";
import { memoryRunStore } from "../runs/memory-run-store.ts";
import { loadDomain } from "./load-domain.ts";
import { rainbowSearch } from "./rainbow-search.ts";
import { taskSearch } from "./task-search.ts";

const domain = loadDomain("grade-school");
const seeds = seedProblems(30, new RandomStream(1));

function search(iterations: number, target: ScriptedLanguageModel, store = memoryRunStore({ configuration: {} })) {
  const parts = taskSearch({ domain, task: gradeSchool, seeds });
  return rainbowSearch({ domain, store, name: "search", target, iterations, random: new RandomStream(2), ...parts });
}

test("problems that the target gets wrong are kept, judged exactly and placed by what they are", async () => {
  const target = new ScriptedLanguageModel({ answer: () => "#### 12" });
  const { archive, progress } = await search(300, target);
  expect(progress.calls).toMatchObject({ mutator: 0, judge: 0, target: 300 - (progress.discarded["no prompt"] ?? 0) });
  expect(progress.filledCells).toBeGreaterThan(30);
  for (const { bins, text, response, fitness, data } of archive.prompts()) {
    const problem = gradeSchool.deserialize(data);
    expect(gradeSchool.prompt(problem)).toBe(text);
    expect(gradeSchool.descriptors.map(({ bin }) => bin(problem))).toEqual(bins);
    expect(fitness).toBe(gradeSchool.verify(problem, response).correct ? 0 : 1);
  }
});

test("a longer search goes on from a shorter one", async () => {
  const target = () => new ScriptedLanguageModel({ answer: () => "#### 12" });
  const store = memoryRunStore({ configuration: {} });
  await search(40, target(), store);
  const { archive } = await search(100, target(), store);
  expect(archive.prompts()).toEqual((await search(100, target())).archive.prompts());
});

test("a target that is always right has no failures", async () => {
  const problems = new Map<string, string>();
  const random = new RandomStream(3);
  for (const problem of [...seeds, randomProblem(random)]) {
    problems.set(gradeSchool.prompt(problem), gradeSchool.solution(problem));
  }
  const { judge } = taskSearch({ domain, task: gradeSchool, seeds });
  for (const problem of seeds) {
    const [prompt, data] = [gradeSchool.prompt(problem), gradeSchool.serialize(problem)];
    const item = (response: string) => ({ prompt, response, data }) as { prompt: string; response: string };
    const [right, wrong] = await judge.score([item(problems.get(prompt) as string), item("")], { random });
    expect([right?.value, wrong?.value]).toEqual([0, 1]);
  }
});

test("another domain's descriptors are refused", () => {
  expect(() => taskSearch({ domain: loadDomain("safety"), task: gradeSchool, seeds })).toThrow("the task's own domain");
});
