import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { CorruptFileError } from "../core/errors/corrupt-file-error.ts";
import { InvalidArgumentError } from "../core/errors/invalid-argument-error.ts";
import { StorageError } from "../core/errors/storage-error.ts";
import { RandomStream } from "../core/random.ts";
import { type ExactJudgeOptions, jsonSchemaJudge, regularExpressionJudge } from "./exact-judge.ts";
import { functionJudge, loadFunctionJudge } from "./function-judge.ts";
import { compileJsonSchema } from "./json-schema.ts";
import type { Judge } from "./judge.ts";

const folder = mkdtempSync(join(tmpdir(), "illume-judges-"));
afterAll(() => rmSync(folder, { recursive: true }));
const random = new RandomStream(0);
const valuesOf = async (judge: Judge, responses: readonly string[]) => {
  const scores = await judge.score(
    responses.map((response) => ({ prompt: "", response })),
    { random },
  );
  await judge.close();
  return scores.map(({ value }) => value);
};
const file = (name: string, text: string) => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

describe("a regular expression as a judge", () => {
  test("says of each response whether it matches", async () => {
    const options: ExactJudgeOptions & { pattern: string; flags: string } = { pattern: "so[rR]+y", flags: "giu" };
    expect(await valuesOf(regularExpressionJudge(options), ["I am SORRY", "soy", "", "sorry"])).toEqual([1, 0, 0, 1]);
    expect(await valuesOf(regularExpressionJudge({ ...options, wanted: "fail" }), ["sorry", "yes"])).toEqual([0, 1]);
  });

  test("that would take years is given up, and the next response judged", async () => {
    const judge = regularExpressionJudge({ pattern: "^(a+)+$", timeLimit: 300 });
    const evil = `${"a".repeat(60)}b`;
    const [first, second] = await judge.score(
      [evil, "aa"].map((response) => ({ prompt: "", response })),
      { random },
    );
    expect(first).toEqual({ answers: 1, unparsable: 1, calls: 0, reason: "no result within 300 ms" });
    expect(second?.value).toBe(1);
    await judge.close();
  });

  test("that is none is refused at once", () => {
    expect(() => regularExpressionJudge({ pattern: "(" })).toThrow(InvalidArgumentError);
    expect(() => regularExpressionJudge({ pattern: "a", timeLimit: 0 })).toThrow(InvalidArgumentError);
  });
});

describe("a JSON schema as a judge", () => {
  test("takes the whole response, or one fenced block", async () => {
    const judge = jsonSchemaJudge({ schema: { file: file("schema.json", '{"type": "object", "required": ["a"]}') } });
    const responses = [
      '{"a": 1}',
      '```json\n{"a": 1}\n```',
      '{"b": 1}',
      "Here it is: {}",
      "",
      '{"__proto__": {"a": 1}}',
    ];
    expect(await valuesOf(judge, responses)).toEqual([1, 1, 0, 0, 0, 0]);
  });

  test("is not brought down by texts that are nested without end", async () => {
    const schema = {
      $ref: "#/$defs/list",
      $defs: { list: { type: "array", items: { $ref: "#/$defs/list" }, uniqueItems: true } },
    };
    const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
    expect(await valuesOf(jsonSchemaJudge({ schema, timeLimit: 30_000 }), [deep, "[[], [[]]]"])).toEqual([0, 1]);
  });

  test("refuses what it would not check", () => {
    for (const schema of [
      { unevaluatedProps: false },
      { if: { type: "string" } },
      { $schema: "http://json-schema.org/draft-04/schema#" },
      { type: "text" },
      { $ref: "other.json" },
      { format: "hostname" },
      { $ref: "#/$defs/a" },
      { pattern: "(" },
      { required: "a" },
      5,
    ]) {
      expect(() => jsonSchemaJudge({ schema: schema as object })).toThrow(InvalidArgumentError);
    }
    expect(() => jsonSchemaJudge({ schema: { $async: true, type: "object" } })).toThrow(/\$async/u);
    expect(() => jsonSchemaJudge({ schema: { file: join(folder, "none.json") } })).toThrow(StorageError);
    expect(() => jsonSchemaJudge({ schema: { file: file("broken.json", "{") } })).toThrow(CorruptFileError);
  });

  test("says in one line what is wrong, and where", () => {
    const faultOf = compileJsonSchema({
      properties: { a: { items: { maxLength: 2 } } },
      required: ["a"],
      propertyNames: { pattern: "^[a-z]+$" },
    });
    expect(faultOf({})).toBe("must have required property 'a'");
    expect(faultOf({ a: ["b", "ccc"] })).toBe('"/a/1": must NOT have more than 2 characters');
    const hostile = faultOf({ a: [], "x\n\u001b[31m": 1 });
    expect(hostile).toContain("must match pattern");
    for (const control of ["\n", "\u001b"]) expect(hostile).not.toContain(control);
  });

  const person = {
    type: "object",
    properties: { age: { type: "integer", minimum: 0 } },
    required: ["age"],
    additionalProperties: false,
  };
  test.each<[string, unknown, readonly unknown[], readonly unknown[]]>([
    ["everything", true, [1, null], []],
    ["nothing", false, [], [1, null]],
    ["types", { type: ["integer", "null"] }, [3, 3.0, null], [3.5, "3", []]],
    ["an object", person, [{ age: 3 }], [{}, { age: -1 }, { age: 3, name: "x" }, { age: "3" }, []]],
    [
      "keywords of other types",
      { minLength: 3, minimum: 3, minItems: 1, required: ["a"] },
      ["abc", 3, [1], { a: 1 }, null],
      ["ab", 2, [], {}],
    ],
    ["characters, not units", { maxLength: 1 }, ["🙂", ""], ["🙂🙂"]],
    [
      "enum and const",
      { enum: [1, "a", { b: [1], c: 2 }], not: { const: 1 } },
      ["a", { c: 2, b: [1] }],
      [1, 2, { b: [1] }],
    ],
    ["alternatives", { anyOf: [{ type: "string" }, { minimum: 5 }] }, ["a", 5, null], [4]],
    ["exactly one", { oneOf: [{ multipleOf: 3 }, { multipleOf: 0.5 }] }, [0.5, 2], [3, 0.7]],
    ["all", { allOf: [{ minimum: 1 }, { exclusiveMaximum: 2 }] }, [1, 1.9], [2, 0]],
    [
      "conditions",
      JSON.parse('{"if": {"type": "string"}, "then": {"pattern": "^a"}, "else": {"exclusiveMinimum": 0}}'),
      ["ab", 1],
      ["b", 0],
    ],
    [
      "patterns of names",
      {
        patternProperties: { "^n": { type: "number" } },
        additionalProperties: { type: "string" },
        propertyNames: { maxLength: 2 },
      },
      [{ n1: 1, a: "b" }, {}],
      [{ n1: "1" }, { a: 1 }, { abc: "d" }],
    ],
    [
      "names that need others",
      { dependentRequired: { a: ["b"] }, minProperties: 1, maxProperties: 2 },
      [{ a: 1, b: 1 }, { b: 1 }],
      [{ a: 1 }, {}, { b: 1, c: 1, d: 1 }],
    ],
    [
      "lists",
      { items: { type: "number" }, prefixItems: [{ type: "string" }], maxItems: 3 },
      [["a"], ["a", 1], []],
      [[1], ["a", "b"], ["a", 1, 2, 3]],
    ],
    [
      "what lists contain",
      { contains: { const: 1 }, minContains: 2, maxContains: 2 },
      [
        [1, 1],
        [1, 2, 1],
      ],
      [[1], [1, 1, 1], []],
    ],
    [
      "different items",
      { uniqueItems: true },
      [[1, "1", { a: 1, b: 2 }]],
      [
        [1, 1],
        [
          { a: 1, b: 2 },
          { b: 2, a: 1 },
        ],
      ],
    ],
    [
      "a tree",
      {
        $ref: "#/$defs/node",
        $defs: { node: { type: "object", required: ["v"], properties: { next: { $ref: "#/$defs/node" } } } },
      },
      [{ v: 1, next: { v: 2 } }],
      [{ v: 1, next: {} }],
    ],
    ["names with slashes", { $ref: "#/definitions/a~1b", definitions: { "a/b": { const: 1 } } }, [1], [2]],
    [
      "what the other keywords leave",
      { allOf: [{ properties: { a: { type: "number" } } }], unevaluatedProperties: false },
      [{ a: 1 }],
      [{ a: 1, b: 1 }],
    ],
    [
      "lists of older drafts",
      { $schema: "http://json-schema.org/draft-07/schema#", items: [{ type: "string" }], additionalItems: false },
      [["a"]],
      [["a", 1], [1]],
    ],
    ["formats", { format: "date" }, ["2024-02-29", 5], ["2023-02-29", "today"]],
    [
      "inherited names are no properties",
      { required: ["toString"], properties: { constructor: { type: "number" } } },
      [{ toString: 1 }],
      [{}],
    ],
  ])("%s", (_, schema, fitting, others) => {
    const faultOf = compileJsonSchema(schema);
    for (const value of fitting) expect([value, faultOf(value)]).toEqual([value, undefined]);
    for (const value of others) expect([value, faultOf(value)]).toEqual([value, expect.any(String)]);
  });
});

describe("a function as a judge", () => {
  test("of a module, in TypeScript", async () => {
    const path = file(
      "judge.ts",
      `export default ({ response }: { response: string }) => ({ value: response.length / 10, reason: "length" });
       export const compare = (first: { response: string }) => first.response === "a" ? "first" : "tie";`,
    );
    const judge = await loadFunctionJudge(path);
    expect([...judge.capabilities].sort()).toEqual(["compare", "score"]);
    const scores = await judge.score([{ prompt: "", response: "abc" }], { random });
    expect(scores).toEqual([{ value: 0.3, answers: 1, unparsable: 0, calls: 0, reason: "length" }]);
    const item = { prompt: "", response: "a" };
    expect((await judge.compare([{ first: item, second: item }], { random }))[0]?.winner).toBe("first");
  });

  test("that throws, or gives something else, is counted", async () => {
    const given = [() => 2, () => Number.NaN, () => "1", () => undefined, () => Promise.reject(new Error("no"))];
    for (const score of given) {
      const judge = functionJudge({ score: score as () => number });
      expect(await judge.score([{ prompt: "", response: "" }], { random })).toMatchObject([{ unparsable: 1 }]);
    }
  });

  test("that cannot be loaded is told", async () => {
    await expect(loadFunctionJudge(join(folder, "none.ts"))).rejects.toThrow(StorageError);
    await expect(loadFunctionJudge(file("syntax.ts", "export ("))).rejects.toThrow(InvalidArgumentError);
    await expect(loadFunctionJudge(file("empty.ts", "export const other = 1;"))).rejects.toThrow(InvalidArgumentError);
  });
});
