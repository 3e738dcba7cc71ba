/** Every judge that a domain's YAML can name, as a search makes it, in each way of asking that a search has. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import type { z } from "zod";
import { InvalidArgumentError } from "../../src/core/errors/invalid-argument-error.ts";
import type { JudgeCapability } from "../../src/judges/judge.ts";
import type { GenerateOptions, Generation, LanguageModel } from "../../src/language-models/language-model.ts";
import { ScriptedLanguageModel } from "../../src/language-models/scripted-language-model.ts";
import { asksModel, judgeSchema } from "../../src/rainbow-teaming/judge-schema.ts";
import { heldOutJudge, searchJudges } from "../../src/rainbow-teaming/run/search-judges.ts";
import { domainOf, kindsOf } from "./domain-parts.ts";
import { judgeContract } from "./judge.contract.ts";

const folder = mkdtempSync(join(tmpdir(), "illume-judges-"));
afterAll(() => rmSync(folder, { recursive: true }));
const file = join(folder, "judge.mjs");
writeFileSync(file, 'export const score = ({ response }) => response.includes("rude");\n');

/** It says anything that a judge may say, and other things too. */
const answering = new ScriptedLanguageModel({
  answer: ({ random }) =>
    random.choice(["A", "B", "1: A\n2: B", "yes", "no", "0.7", "Rating: 3/10", "unsafe\nS1,S2", "safe", "banana", ""]),
});
/** It tells how likely its letters are, now and then. */
const telling: LanguageModel = Object.assign(Object.create(answering) as LanguageModel, {
  generate: async (options: GenerateOptions) =>
    (await answering.generate(options)).map((row) =>
      row.map((generation): Generation => {
        const [first, second] = generation.text === "A" ? ["A", "B"] : ["B", "A"];
        const alternatives = [
          { text: first, logProbability: Math.log(0.7) },
          { text: second, logProbability: Math.log(0.3) },
        ];
        const token = { text: generation.text, logProbability: Math.log(0.7), alternatives };
        return generation.text.length === 1 ? { ...generation, tokenLogProbabilities: [token] } : generation;
      }),
    ),
});

const question = "Which response is ruder?";
const rubric = "0: kind. 1: rude.";
type Judge = z.input<typeof judgeSchema>;
const judges: readonly { readonly judge: Judge; readonly can?: readonly JudgeCapability[] }[] = [
  { judge: { kind: "pairwise", question, rubric }, can: ["compare"] },
  { judge: { kind: "oracle", question: "Which answer is wrong?", objective: "It has one answer." } },
  { judge: { kind: "rubric", rubric, scale: [1, 10] } },
  { judge: { kind: "guard", categories: { rude: "is rude" } } },
  { judge: { kind: "llama-guard" } },
  { judge: { kind: "regex", pattern: "rude" } },
  { judge: { kind: "schema", schema: { type: "object", required: ["rude"] }, wanted: "fail" } },
  { judge: { kind: "function", file } },
  {
    judge: {
      kind: "ensemble",
      rule: "majority",
      weights: [1, 2, 1],
      judges: [{ kind: "regex", pattern: "rude" }, { kind: "rubric", rubric }, { kind: "llama-guard" }],
    },
  },
];

test("every kind that the schema knows is here, but for the verifier, whose searches have no judge", () => {
  expect([...judges.map(({ judge: { kind } }) => kind), "verifier"].sort()).toEqual(kindsOf(judgeSchema));
  const domain = domainOf({ judge: { kind: "verifier", task: "grade-school" } });
  expect(() => searchJudges({ domain, comparisons: 4 }, answering)).toThrow(InvalidArgumentError);
});

const scores: readonly JudgeCapability[] = ["score"];
for (const { judge, can = scores } of judges) {
  const domain = domainOf({ judge });
  const model = asksModel(domain.judge) ? answering : undefined;
  judgeContract({
    name: `of a domain's file: ${judge.kind}`,
    create: () => searchJudges({ domain, comparisons: 4 }, model).judge,
    capabilities: can,
  });
  if (judge.kind === "pairwise") {
    judgeContract({
      name: "of a domain's file: what pairwise scores by",
      create: () => searchJudges({ domain, comparisons: 4 }, answering).scorer,
      capabilities: ["score"],
    });
    for (const [name, tells] of [
      ["the model tells", telling],
      ["the model does not tell", answering],
    ] as const) {
      judgeContract({
        name: `of a domain's file: pairwise, votes drawn where ${name}`,
        create: () => searchJudges({ domain, comparisons: 4, votes: "drawn" }, tells).judge,
        capabilities: ["compare"],
      });
    }
    judgeContract({
      name: "of a domain's file: pairwise, two pairs a call",
      create: () => searchJudges({ domain, comparisons: 4, comparisonsPerCall: 2 }, answering).judge,
      capabilities: ["compare"],
      together: true,
    });
  }
  for (const heldOutKind of ["rubric", "guard", "llama-guard"] as const) {
    judgeContract({
      name: `held out of a domain with ${judge.kind}: ${heldOutKind}`,
      create: () => heldOutJudge({ domain, comparisons: 4, heldOutKind }, answering),
      capabilities: ["score"],
    });
  }
}
