import { readFileSync } from "node:fs";
import { RandomStream } from "../../src/core/random.ts";
import { gradeSchool } from "../../src/reasoning/tasks/grade-school/grade-school.ts";
import { randomProblem } from "../../src/reasoning/tasks/grade-school/samplers.ts";
import { gsm8kTask } from "../../src/reasoning/tasks/gsm8k/gsm8k-task.ts";
import { parseGsm8kRow } from "../../src/reasoning/tasks/gsm8k/row.ts";
import { taskContract } from "./task.contract.ts";

const random = new RandomStream(0);
const stories = Array.from({ length: 40 }, () => randomProblem(random));
const rows = readFileSync(new URL("../fixtures/gsm8k/excerpt.jsonl", import.meta.url), "utf8")
  .trimEnd()
  .split("\n")
  .map((line) => parseGsm8kRow(JSON.parse(line)));

taskContract({ task: gradeSchool, problems: stories, stepResult: /(?<= = )\d/, mutable: true });
taskContract({ task: gsm8kTask, problems: rows, stepResult: /(?<=<<[^>]*=)\d/, mutable: false });
