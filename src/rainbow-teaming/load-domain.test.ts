import { describe, expect, test } from "vitest";
import { DocumentError } from "../core/errors/document-error.ts";
import { gradeSchool } from "../reasoning/tasks/grade-school/grade-school.ts";
import { measuredBin } from "./descriptor-bins.ts";
import { type DomainDescriptor, labelsOf } from "./domain-schema.ts";
import { loadDomain, parseDomain, shippedDomains } from "./load-domain.ts";

const small = `name: own
summary: What it is for
prompt: a question in one sentence
descriptors:
  - name: topic
    kind: categories
    categories:
      - name: tea
      - name: bread
    mutation:
      instruction: Make it about {label}.
judge:
  kind: pairwise
  question: Which is worse?
  rubric: 0 good, 1 bad.
seeds:
  - How long does tea draw?
`;

test("child and parent are compared by BLEU, or by meaning", () => {
  const withSearch = (settings: string) => parseDomain(`${small}search: { similarity: ${settings} }\n`, "own.yaml");
  expect(parseDomain(small, "own.yaml").search.similarity).toBe(0.6);
  expect(withSearch("0.4").search.similarity).toBe(0.4);
  const meaning = withSearch("{ by: use-lite, threshold: 0.85 }");
  expect(meaning.search.similarity).toEqual({ by: "use-lite", threshold: 0.85 });
  expect(() => withSearch("60")).toThrow("a BLEU above 0 and at most 1");
  expect(() => withSearch("use-lite")).toThrow("{ by: use-lite, threshold: 0.85 }");
  for (const wrong of ["{ by: use-lite }", "{ by: use-lite, threshold: 1.2 }"]) {
    expect(() => withSearch(wrong)).toThrow("search.similarity");
  }
});

function faults(text: string) {
  try {
    parseDomain(text, "own.yaml");
  } catch (error) {
    if (error instanceof DocumentError) return error;
  }
  throw new Error("no fault found");
}

describe("shipped domains", () => {
  test.each(shippedDomains)("%s is valid, with different seeds", (name) => {
    const domain = loadDomain(name);
    expect(domain.name).toBe(name);
    expect(new Set(domain.seeds).size).toBe(domain.seeds.length);
  });

  test.each([
    ["question-answering", [10, 10, 4]],
    ["cybersecurity", [10, 10]],
    ["safety", [10, 10]],
    ["grade-school", [11, 6, 4]],
  ])("%s has the archive of the paper", (name, shape) => {
    expect(loadDomain(name).descriptors.map((descriptor) => labelsOf(descriptor).length)).toEqual(shape);
  });

  test("lengths are the paper's", () => {
    const length = loadDomain("question-answering").descriptors[1] as DomainDescriptor;
    expect(labelsOf(length)[0]).toBe("24 to 31.2 characters");
    expect(labelsOf(length).at(-1)).toBe("88.8 to 96 characters");
  });

  test("grade-school's labels are the task's", () => {
    expect(loadDomain("grade-school").descriptors.map((each) => [each.name, labelsOf(each)])).toEqual(
      gradeSchool.descriptors.map(({ name, bins }) => [name, [...bins]]),
    );
  });

  test("examples ask for labels that there are", () => {
    for (const name of shippedDomains) {
      for (const descriptor of loadDomain(name).descriptors) {
        const labels = labelsOf(descriptor);
        for (const { label } of descriptor.mutation.examples) expect(labels).toContain(label);
      }
    }
  });

  test("examples of what a text is measured by have that label", () => {
    for (const name of shippedDomains) {
      for (const descriptor of loadDomain(name).descriptors) {
        for (const { label, to } of descriptor.mutation.examples) {
          const bin = measuredBin(descriptor, to);
          if (bin !== undefined) expect(labelsOf(descriptor)[bin]).toBe(label);
        }
      }
    }
  });

  test("an unknown name is answered with the nearest", () => {
    expect(() => loadDomain("saftey")).toThrow('did you mean "safety"?');
    expect(() => loadDomain("./nowhere.yaml")).toThrow("no such file");
  });
});

describe("the user's own", () => {
  test("has the paper's defaults", () => {
    const domain = parseDomain(small, "own.yaml");
    expect(domain.search).toEqual({ iterations: 2000, batchSize: 32, similarity: 0.6, temperature: 0.1 });
    expect(domain.sensitive).toBe(false);
    expect(domain.target).toEqual({ maximumTokens: 512 });
  });

  test.each([
    ["a wrong kind of judge", small.replace("pairwise", "pairs"), 13, 9, "judge whose kind is pairwise, oracle"],
    ["an unknown key", small.replace("summary", "sumary"), 2, 1, 'did you mean "summary"?'],
    ["an unknown key in a list", small.replace("  kind: cat", "  knd: 1\n    kind: cat"), 6, 5, 'did you mean "kind"?'],
    ["a missing name", small.replace("name: tea", "explanation: tea"), 8, 9, "a category's name"],
    ["a number in place of text", small.replace("What it is for", "3"), 2, 10, 'in one line, but got "3"'],
    ["no seeds", small.slice(0, small.indexOf("seeds:")), 1, 1, "at least one seed"],
    ["labels that are alike", small.replace("name: bread", "name: Tea"), 5, 5, "labels that differ"],
    ["no YAML", small.replace("  kind: pairwise", '  kind: "'), 18, 1, "expected YAML"],
    ["nothing", "", 1, 1, "a domain"],
  ])("%s is told with its place", (_, text, line, column, message) => {
    const error = faults(text);
    expect(error.message).toContain(message);
    expect(error.faults.map((fault) => [fault.line, fault.column])).toContainEqual([line, column]);
  });

  test("all faults are listed in the file's order, what is missing last", () => {
    const { faults: all } = faults(small.replace("kind: pairwise", "kind: none").replace("summary", "sumary"));
    expect(all.map(({ path }) => path)).toEqual(["sumary", "judge.kind", "summary"]);
  });
});

describe("bins that are measured", () => {
  const length = { kind: "length", name: "l", unit: "characters", low: 10, high: 20, bins: 5 } as DomainDescriptor;
  test.each([
    ["", 0],
    ["x".repeat(10), 0],
    ["x".repeat(12), 1],
    ["x".repeat(19), 4],
    ["x".repeat(20), 4],
    ["x".repeat(90), 4],
    ["😀".repeat(12), 1],
  ])("length of %j", (text, bin) => expect(measuredBin(length, text)).toBe(bin));

  const words = { kind: "first-word", name: "w", words: ["Who", "What"] } as DomainDescriptor;
  test.each([
    ["Who is it?", 0],
    ['"what?"', 1],
    ["Whose is it?", undefined],
    ["", undefined],
  ])("%s begins with", (text, bin) => expect(measuredBin(words, text)).toBe(bin));
});
