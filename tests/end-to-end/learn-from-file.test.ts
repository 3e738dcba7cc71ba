/** `illume learn --data` as a process: killed, resumed, reported, its model used. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { RandomStream } from "../../src/core/random.ts";
import { gradeSchool } from "../../src/reasoning/tasks/grade-school/grade-school.ts";
import { randomProblem } from "../../src/reasoning/tasks/grade-school/samplers.ts";
import { runIllume, startIllume } from "./illume-process.ts";

const root = mkdtempSync(join(tmpdir(), "illume-learn-"));
afterAll(() => rmSync(root, { recursive: true }));

const flags = [
  "--batch-size",
  "4",
  "--epochs",
  "2",
  "--checkpoint-every",
  "2",
  "--threads",
  "1",
  "--validation",
  "0.2",
];

test("a killed training resumes to the bytes of an undisturbed one, and has a report and a model", {
  timeout: 300_000,
}, async () => {
  const data = join(root, "problems.jsonl");
  const random = new RandomStream(1);
  const lines = Array.from({ length: 40 }, (_, index) => {
    const problem = randomProblem(random.split(index));
    return JSON.stringify({ prompt: gradeSchool.prompt(problem), completion: gradeSchool.solution(problem) });
  });
  writeFileSync(data, `${lines.join("\n")}\n`);
  const learn = ["learn", "--model", "grade-school", "--data", data, ...flags];

  const [undisturbed, killed] = ["undisturbed", "killed"].map((name) => mkdtempSync(join(root, `${name}-`))) as [
    string,
    string,
  ];
  const whole = await runIllume([...learn, "--json"], { cwd: undisturbed });
  expect([whole.status, whole.stderr]).toEqual([0, expect.stringContaining("held out")]);
  expect(JSON.parse(whole.stdout)).toMatchObject({
    command: "learn",
    verdict: expect.stringMatching(/held-out examples/),
  });

  const child = startIllume(learn, { cwd: killed });
  expect(await child.says("step 4: loss on held-out")).toBe(true);
  child.child.kill("SIGKILL");
  expect((await child.ended).status).toBeNull();
  expect((await runIllume(["resume"], { cwd: killed })).status).toBe(0);
  const written = (folder: string) => {
    const [run] = readdirSync(join(folder, "runs")) as [string];
    return ["model.safetensors", "adapter/adapter_model.safetensors"].map((name) =>
      readFileSync(join(folder, "runs", run, name)),
    );
  };
  expect(written(killed)).toEqual(written(undisturbed));
  const [run] = readdirSync(join(killed, "runs")) as [string];
  const report = await runIllume(["report", run], { cwd: killed });
  expect([report.status, report.stdout]).toEqual([0, expect.stringContaining("held-out examples")]);

  const again = await runIllume(
    [...learn.slice(0, 2), `illume:runs/${run}/model`, "--data", data, "--steps", "1", "--no-merged"],
    { cwd: killed },
  );
  expect([again.status, again.stdout]).toEqual([0, expect.stringContaining("Adapter (PEFT)")]);
});

test("what cannot be learnt from is told in one line, before a run is made", async () => {
  const folder = mkdtempSync(join(root, "wrong-"));
  const data = join(folder, "rows.jsonl");
  writeFileSync(data, '{"text": "Ann has 2 apples."}\n{"texts": 1}\n');
  const wrong = await runIllume(["learn", "--model", "grade-school", "--data", data], { cwd: folder });
  expect([wrong.status, wrong.stderr]).toEqual([5, expect.stringMatching(/line 2: no text in the fields "texts"/)]);
  expect(readdirSync(folder)).toEqual(["rows.jsonl"]);
  const endpoint = await runIllume(["learn", "--model", "openai:gpt-5", "--data", data], { cwd: folder });
  expect([endpoint.status, endpoint.stderr]).toEqual([3, expect.stringMatching(/own engine/)]);
});
