import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { FilesChangedError } from "../core/errors/files-changed-error.ts";
import { StorageError } from "../core/errors/storage-error.ts";
import { memoryRunStore } from "./memory-run-store.ts";
import { changedFiles, namedFiles, namedFilesState, requireSameFiles } from "./named-files.ts";

test("named files are found at any depth: modules that judge or measure, applications, and nothing else", () => {
  const configuration = {
    source: "mine.yaml",
    domain: {
      descriptors: [
        { kind: "number", of: { file: "/x/measure.ts" } },
        { kind: "number", of: { count: "a" } },
      ],
      judge: {
        kind: "ensemble",
        judges: [
          { kind: "regex", pattern: "a" },
          { kind: "function", file: "/x/j.mjs" },
        ],
      },
    },
    target: "app:target.yaml",
    judge: "http://127.0.0.1:1/v1#m",
    archives: [{ judged: { oracle: "oracle.ts" } }],
  };
  expect(namedFiles(configuration)).toEqual(["/x/measure.ts", "/x/j.mjs", "target.yaml", "oracle.ts"]);
  expect(namedFiles({ ...configuration, domain: {}, target: "gguf:a.gguf", archives: [] })).toEqual([]);
});

test("an embedder of an archive, and applications under any other name, are code too", () => {
  expect(namedFiles({ domain: { archive: { kind: "cvt", embedder: "evil.ts" } } })).toEqual(["evil.ts"]);
  expect(namedFiles({ whatever: ["app:evil.mjs"], seeds: ["Read main.ts"] })).toEqual(["evil.mjs"]);
});

describe("a run that is gone on with", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "illume-files-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  const begun = (name: string) => {
    const target = join(folder, `${name}.yaml`);
    const judge = join(folder, `${name}.ts`);
    writeFileSync(target, "model: openai:a");
    writeFileSync(judge, "export default () => 1;");
    const configuration = { target, domain: { judge: { kind: "function", file: judge } } };
    const store = memoryRunStore({ configuration });
    for (const [key, value] of Object.entries(namedFilesState(configuration))) store.setState(key, value);
    return { target, judge, store };
  };

  test("takes the files that it began with, and refuses others", () => {
    const { target, judge, store } = begun("changed");
    requireSameFiles(store, false);
    for (const file of [target, judge]) {
      writeFileSync(file, "other");
      expect(() => requireSameFiles(store, false)).toThrow(FilesChangedError);
      expect(() => requireSameFiles(store, false)).toThrow(`another ${JSON.stringify(file)}`);
      expect(() => requireSameFiles(store, false)).toThrow("--changed-files");
    }
    expect(changedFiles(store)).toEqual([]);
    rmSync(target);
    expect(() => requireSameFiles(store, false)).toThrow(StorageError);
  });

  test("goes on knowingly with others, which are what it is held to from there", () => {
    const { target, store } = begun("known");
    writeFileSync(target, "model: openai:b");
    requireSameFiles(store, true);
    expect(changedFiles(store)).toEqual([target]);
    requireSameFiles(store, false);
    writeFileSync(target, "model: openai:a");
    expect(() => requireSameFiles(store, false)).toThrow(FilesChangedError);
    requireSameFiles(store, true);
    expect(changedFiles(store)).toEqual([target]);
  });

  test("that kept nothing of its files is taken as it is", () => {
    requireSameFiles(memoryRunStore({ configuration: { target: join(folder, "none.yaml") } }), false);
    expect(namedFilesState({ target: "openai:a" })).toEqual({});
  });
});
