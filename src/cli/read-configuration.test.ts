import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { parse } from "yaml";
import { defaultConfiguration } from "../closed-loop/configuration.ts";
import { ConfigurationError } from "../closed-loop/configuration-error.ts";
import { InvalidArgumentError } from "../core/errors/invalid-argument-error.ts";
import { StorageError } from "../core/errors/storage-error.ts";
import { packageRoot } from "../core/package-root.ts";
import { readConfiguration } from "./read-configuration.ts";
import { settingFlags } from "./setting-flags.ts";

const sections = ["general", "warm", "search", "learn", "measure", "attack", "calls"] as const;
let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "illume-configuration-"));
  file = join(folder, "illume.yaml");
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("setting flags", () => {
  test("there is one for every setting", () => {
    const settings = Object.entries(defaultConfiguration).flatMap(([name, value]) =>
      typeof value === "object" ? Object.keys(value).map((inner) => `${name}.${inner}`) : [name],
    );
    const flags = settingFlags(sections);
    const withDefault = flags.filter(({ standard }) => standard !== undefined);
    expect(withDefault.map(({ path }) => path.join("."))).toEqual(settings);
    expect(new Set(flags.map(({ flag }) => flag)).size).toBe(flags.length);
    expect(flags.flatMap(({ flag, standard }) => (standard === undefined ? [flag] : []))).toEqual([
      "measure-gsm8k",
      "max-calls",
      "max-tokens",
      "max-usd",
      "price",
      "cache",
    ]);
    expect(flags.filter(({ arg }) => (arg.description ?? "").length < 10)).toEqual([]);
  });

  test("each takes its own default as text", () => {
    const values = Object.fromEntries(
      settingFlags(sections).map(({ flag, arg, standard }) => [
        flag,
        arg.type === "boolean" ? standard === "true" : standard,
      ]),
    );
    expect(readConfiguration(values, sections)).toEqual(defaultConfiguration);
  });
});

describe("readConfiguration", () => {
  test("flags override the file, which overrides the defaults", () => {
    writeFileSync(file, "seed: 5\nsearch:\n  evaluations: 500\n  batchSize: 50\n");
    const values = {
      config: file,
      "search-evaluations": "700",
      "attack-renewed": false,
      "learn-learning-rate": "1e-3",
    };
    const configuration = readConfiguration(values, sections);
    expect(configuration.seed).toBe(5);
    expect(configuration.search).toEqual({ ...defaultConfiguration.search, evaluations: 700, batchSize: 50 });
    expect(configuration.attack.renewed).toBe(false);
    expect(configuration.learn.learningRate).toBe(0.001);
  });

  test("the guide's example has every setting at its default", () => {
    const guide = readFileSync(join(packageRoot, "docs", "guide", "configuration.md"), "utf8");
    const example = /```yaml\n(.*?)```/su.exec(guide)?.[1] ?? "";
    expect(parse(example)).toEqual(defaultConfiguration);
  });

  test("only the flags of the command's sections count", () => {
    expect(readConfiguration({ seed: "4", "search-seeds": "9" }, ["general"]).search.seeds).toBe(200);
  });

  test.each(["", "# nothing\n", "search:\n", "search: {}\n", "learn:\n  # epochs: 2\n"])(
    "a file with nothing in it is all defaults: %j",
    (text) => {
      writeFileSync(file, text);
      expect(readConfiguration({ config: file }, sections)).toEqual(defaultConfiguration);
    },
  );

  test("errors name the file and the path in it, or the flag", () => {
    writeFileSync(file, "search:\n  batchSize: many\n  sedes: 3\nlearn:\n  epochs: 0\n");
    const read = () => readConfiguration({ config: file, "learn-epochs": "-3", "learn-betas": ".9,2" }, sections);
    expect(read).toThrow(ConfigurationError);
    try {
      read();
    } catch (error) {
      expect((error as ConfigurationError).problems.map(({ place }) => place)).toEqual([
        `${file}: search.batchSize`,
        `${file}: search.sedes`,
        "--learn-epochs",
        "--learn-betas",
      ]);
    }
  });

  test.each(["a: [1,\nb: 2", "seed: 1\nseed: 2\n", "\tseed: 1\n"])("a file that is no YAML: %j", (text) => {
    writeFileSync(file, text);
    expect(() => readConfiguration({ config: file }, sections)).toThrow(InvalidArgumentError);
    expect(() => readConfiguration({ config: file }, sections)).toThrow(/ at line \d+, column \d+: /);
  });

  test.each(["seed: *nowhere\n", `a: &a [1]\nb: [${"*a,".repeat(200)}]\n`])("aliases without sense: %j", (text) => {
    writeFileSync(file, text);
    expect(() => readConfiguration({ config: file }, sections)).toThrow(InvalidArgumentError);
    expect(() => readConfiguration({ config: file }, sections)).toThrow(/illume\.yaml/);
  });

  test.each(["just text", "- a\n- b\n", "5"])("a file that holds no settings: %j", (text) => {
    writeFileSync(file, text);
    expect(() => readConfiguration({ config: file, seed: "3" }, sections)).toThrow(ConfigurationError);
  });

  test("a group that is no group is refused even where a flag sets something in it", () => {
    writeFileSync(file, "search: 5\n");
    expect(() => readConfiguration({ config: file, "search-seeds": "3" }, sections)).toThrow(
      /search: expected a group/,
    );
  });

  test("a file that is not there", () => {
    expect(() => readConfiguration({ config: file }, sections)).toThrow(StorageError);
  });
});
