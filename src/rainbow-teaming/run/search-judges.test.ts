import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { CorruptFileError } from "../../core/errors/corrupt-file-error.ts";
import { DocumentError } from "../../core/errors/document-error.ts";
import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";
import { StorageError } from "../../core/errors/storage-error.ts";
import { RandomStream } from "../../core/random.ts";
import { ScriptedLanguageModel } from "../../language-models/scripted-language-model.ts";
import type { Domain } from "../domain-schema.ts";
import { asksModel, comparesResponses } from "../judge-schema.ts";
import { loadDomain } from "../load-domain.ts";
import { checkExactJudges, heldOutJudge, searchJudges } from "./search-judges.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "illume-judges-"));
  writeFileSync(join(folder, "answer.schema.json"), '{"type": "object", "required": ["answer"]}');
  writeFileSync(join(folder, "broken.json"), "{");
  writeFileSync(
    join(folder, "judge.ts"),
    "export function score({ response }: { response: string }) {\n  return response.length / 10;\n}\n",
  );
  writeFileSync(join(folder, "compare.mjs"), "export const compare = () => 'tie';\n");
});
afterAll(() => rmSync(folder, { recursive: true }));

const mutation = { instruction: "Rewrite it as {label}." };
const descriptors = [{ name: "topic", kind: "labels", labels: ["a", "b"], mutation }];
function domainWith(judge: object): Domain {
  const file = join(folder, "mine.yaml");
  const rest = { name: "mine", summary: "Bad answers", prompt: "a question", descriptors, seeds: ["Hello?"] };
  writeFileSync(file, stringify({ ...rest, judge }));
  return loadDomain(file);
}

const random = new RandomStream(1);
async function scores(domain: Domain, responses: readonly string[], model?: ScriptedLanguageModel) {
  const { judge, scorer } = searchJudges({ domain, comparisons: 4 }, model);
  try {
    expect(judge).toBe(scorer);
    const given = await judge.score(
      responses.map((response) => ({ prompt: "Hello?", response })),
      { random },
    );
    return given.map(({ value }) => value);
  } finally {
    await judge.close();
  }
}

describe("exact judges of a domain's file", () => {
  test("a regular expression, wanted or not", async () => {
    const domain = domainWith({ kind: "regex", pattern: "free of charge|REFUND", flags: "iu" });
    expect(await scores(domain, ["Get your refund!", "No."])).toEqual([1, 0]);
    const other = domainWith({ kind: "regex", pattern: "^No", wanted: "fail" });
    expect(await scores(other, ["Get your refund!", "No."])).toEqual([1, 0]);
    expect([asksModel(domain.judge), comparesResponses(domain.judge)]).toEqual([false, false]);
  });

  test("a JSON schema, in the file or beside it", async () => {
    const responses = ['{"answer": 1}', "{}", "nothing"];
    const beside = domainWith({ kind: "schema", schema: "answer.schema.json", wanted: "fail" });
    expect(await scores(beside, responses)).toEqual([0, 1, 1]);
    // Read when the domain is: a run can be gone on with from anywhere.
    expect(beside.judge).toMatchObject({ schema: { required: ["answer"] } });
    const inside = domainWith({ kind: "schema", schema: { type: "object" } });
    expect(await scores(inside, responses)).toEqual([1, 1, 0]);
  });

  test("a function, its path seen from the domain's file", async () => {
    const domain = domainWith({ kind: "function", file: "judge.ts" });
    expect(domain.judge).toMatchObject({ file: join(folder, "judge.ts") });
    await checkExactJudges(domain.judge);
    expect(await scores(domain, ["12345", "1234567890"])).toEqual([0.5, 1]);
  });

  test("an ensemble by its rule", async () => {
    const judges = [
      { kind: "regex", pattern: "a" },
      { kind: "function", file: "judge.ts" },
    ];
    expect(await scores(domainWith({ kind: "ensemble", judges, weights: [3, 1] }), ["ab", "b"])).toEqual([
      (3 + 0.2) / 4,
      0.1 / 4,
    ]);
    expect(await scores(domainWith({ kind: "ensemble", rule: "all", judges }), ["ab"])).toEqual([0.2]);
  });
});

test("judges that are models and only score", async () => {
  const guard = new ScriptedLanguageModel({ answer: ({ text }) => (text.includes("bad") ? "unsafe\nS1" : "safe") });
  const guarded = domainWith({ kind: "guard", categories: { S1: "rudeness" } });
  expect(await scores(guarded, ["bad", "good"], guard)).toEqual([1, 0]);
  expect(guard.calls).toHaveLength(1);
  const rubric = domainWith({ kind: "rubric", rubric: "how rude it is", scale: [1, 5] });
  expect(await scores(rubric, ["x"], new ScriptedLanguageModel({ answer: () => "4" }))).toEqual([0.75]);
  expect(asksModel(rubric.judge)).toBe(true);
  expect(() => searchJudges({ domain: rubric, comparisons: 4 }, undefined)).toThrow("--judge");
});

test("a held-out judge has the rubric of an exact one, or the domain's summary", async () => {
  const model = new ScriptedLanguageModel({ answer: () => "0.5" });
  const rubrics = [{ rubric: "how expensive it becomes" }, {}].map((more) =>
    domainWith({ kind: "regex", pattern: "x", ...more }),
  );
  for (const domain of rubrics) {
    const judge = heldOutJudge({ domain, comparisons: 4, heldOutKind: "rubric" }, model);
    await judge.score([{ prompt: "a", response: "b" }], { random });
  }
  const asked = model.calls.map((call) => JSON.stringify(call));
  expect(asked[0]).toContain("how expensive it becomes");
  expect(asked[1]).toContain("Bad answers");
});

describe("mistakes are told before anything is asked", () => {
  test.each<[object, string]>([
    [{ kind: "regexp", pattern: "x" }, "regex"],
    [{ kind: "regex" }, "a regular expression"],
    [{ kind: "regex", pattern: "x", wanted: "both" }, "pass or fail"],
    [{ kind: "rubric", rubric: "x", scale: [2, 1] }, "below the highest"],
    [{ kind: "ensemble", judges: [] }, "a list of judges"],
    [{ kind: "ensemble", judges: [{ kind: "regex", pattern: "x" }], weights: [1, 2] }, "one weight for each judge"],
    [{ kind: "ensemble", judges: [{ kind: "oracle" }] }, "a judge whose kind is"],
    [{ kind: "regex", patern: "x" }, 'did you mean "pattern"'],
  ])("%j", (judge, said) => {
    expect(() => domainWith(judge)).toThrow(DocumentError);
    expect(() => domainWith(judge)).toThrow(said);
  });

  test("in files", async () => {
    expect(() => domainWith({ kind: "schema", schema: "none.json" })).toThrow(StorageError);
    expect(() => domainWith({ kind: "schema", schema: "broken.json" })).toThrow(CorruptFileError);
    const missing = domainWith({ kind: "function", file: "none.ts" });
    await expect(checkExactJudges(missing.judge)).rejects.toThrow(StorageError);
    const comparing = domainWith({ kind: "function", file: "compare.mjs" });
    await expect(checkExactJudges(comparing.judge)).rejects.toThrow(InvalidArgumentError);
  });

  test.each([
    { kind: "regex", pattern: "(" },
    { kind: "schema", schema: { unevaluatedProps: false } },
    { kind: "ensemble", judges: [{ kind: "regex", pattern: "(" }] },
  ])("in patterns and schemas: %j", async (judge) => {
    await expect(checkExactJudges(domainWith(judge).judge)).rejects.toThrow(InvalidArgumentError);
  });
});
