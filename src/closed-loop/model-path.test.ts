import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { isAbsolute, relative } from "node:path";
import { expect, test } from "vitest";
import { StorageError } from "../core/errors/storage-error.ts";
import { UnknownNameError } from "../core/errors/unknown-name-error.ts";
import { UnsupportedCapabilityError } from "../core/errors/unsupported-capability-error.ts";
import { modelPath, shippedModels } from "./model-path.ts";

test("a shipped model is found from anywhere", () => {
  expect(shippedModels()).toContain("grade-school");
  expect(isAbsolute(modelPath("grade-school"))).toBe(true);
});

test("a path, with or without illume: before it", () => {
  const folder = mkdtempSync(`${tmpdir()}/illume-model-`);
  try {
    expect(modelPath(folder)).toBe(folder);
    expect(modelPath(`illume:${folder}`)).toBe(folder);
    expect(modelPath(`illume:${relative(process.cwd(), folder)}`)).toBe(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("anything else is a typed error", () => {
  expect(() => modelPath("grade-shcool")).toThrow(UnknownNameError);
  expect(() => modelPath("grade-shcool")).toThrow('did you mean "grade-school"?');
  expect(() => modelPath("./missing")).toThrow(StorageError);
  expect(() => modelPath("illume:missing")).toThrow(StorageError);
  expect(() => modelPath("openai:some-model")).toThrow(UnsupportedCapabilityError);
});
