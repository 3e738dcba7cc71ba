import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Configuration,
  defaultConfiguration,
  parseConfiguration,
  searchArms,
  testSetNames,
} from "../closed-loop/configuration.ts";
import { repeatCommand } from "../report/run-settings.ts";
import { checkArguments } from "./check-arguments.ts";
import { improve, learn, measure, search } from "./commands/index.ts";
import { readConfiguration } from "./read-configuration.ts";

const commands = { improve, search, learn, measure };

/** The configuration that the command line makes of a command's words. */
function parsed([name, ...words]: string[], base?: Configuration): Configuration {
  const command = commands[name as keyof typeof commands];
  const values: Record<string, unknown> = {};
  for (const word of checkArguments(words, command.citty.args as never, command.name)) {
    const [, negation, flag, value] = /^--(no-)?([a-z-]+)(?:=(.*))?$/s.exec(word) ?? [];
    if (flag !== undefined) values[flag] = value ?? negation === undefined;
  }
  return readConfiguration(values, command.settings, base);
}

/** Words as a POSIX shell makes them of command lines, all lines in one shell. */
function shellWords(lines: readonly string[]): string[][] {
  const each = `each() { shift; printf '%s\\0' "$@"; printf '\\0'; }`;
  const input = [each, ...lines.map((line) => `each ${line}`)].join("\n");
  const { stdout, stderr } = spawnSync("sh", ["-s"], { input, encoding: "utf8" });
  expect(stderr).toBe("");
  return stdout
    .split("\0\0")
    .slice(0, -1)
    .map((words) => words.split("\0"));
}

const count = fc.integer({ min: 1, max: 100_000_000 });
const share = fc.oneof(fc.double({ min: 0, max: 1, noNaN: true }), fc.constantFrom(0, 1, 1e-7));
const rate = fc.double({ min: 1e-12, max: 10, noNaN: true });
const beta = fc.double({ min: 0, max: 0.999999, noNaN: true });
// What a person may call a folder: no control characters, but quotes, dollars, spaces, a dash in front.
const text = fc.oneof(
  fc.string({ unit: "grapheme", minLength: 1, maxLength: 12 }).filter((value) => !/[\p{Cc}\p{Cs}]/u.test(value)),
  fc.constantFrom("-x", "--seed", "true", "it's", '"$(ls)"', "a b", "`ls`", "~", "*", "\\", "!", "#", "1e3"),
);
const settings = fc
  .record(
    {
      model: text,
      seed: fc.maxSafeNat(),
      rounds: fc.integer({ min: 1, max: 1000 }),
      threads: fc.integer({ min: 1, max: 256 }),
      output: text,
      search: fc.record(
        {
          evaluations: count,
          batchSize: count,
          elitesPerCell: count,
          seeds: count,
          arm: fc.constantFrom(...searchArms),
        },
        { requiredKeys: [] },
      ),
      learn: fc.record(
        {
          examples: count,
          tokens: count,
          replay: fc.nat(100_000_000),
          epochs: count,
          batchSize: count,
          learningRate: rate,
          warmupSteps: fc.nat(1000),
          weightDecay: share,
          betas: fc.tuple(beta, beta),
          clip: rate,
          finalLearningRateShare: share,
          checkpointEvery: count,
        },
        { requiredKeys: [] },
      ),
      measure: fc.record(
        { sets: fc.uniqueArray(fc.constantFrom(...testSetNames), { minLength: 1 }), problems: count, resamples: count },
        { requiredKeys: [] },
      ),
      attack: fc.record({ renewed: fc.boolean() }, { requiredKeys: [] }),
    },
    { requiredKeys: [] },
  )
  .map((drawn) => parseConfiguration(drawn));

describe("the command that repeats a run", () => {
  test("is `illume improve` alone for the defaults", () => {
    expect(repeatCommand({ configuration: defaultConfiguration, command: "improve" }, defaultConfiguration)).toBe(
      "illume improve",
    );
  });

  test("names what differs", () => {
    const configuration = parseConfiguration({
      output: "my runs",
      learn: { betas: [0.8, 0.9] },
      attack: { renewed: false },
    });
    expect(repeatCommand({ configuration, command: "improve" }, defaultConfiguration)).toBe(
      "illume improve --output 'my runs' --learn-betas 0.8,0.9 --no-attack-renewed",
    );
  });

  test("gives the same configuration back, through a shell and the command line's own parser", () => {
    const configurations = fc.sample(settings, { numRuns: 300, seed: 1 });
    const lines = configurations.map((configuration) =>
      repeatCommand({ configuration, command: "improve" }, defaultConfiguration),
    );
    const words = shellWords(lines);
    configurations.forEach((configuration, index) => {
      expect(parsed(words[index] as string[]), lines[index]).toEqual(configuration);
    });
  });

  test("of a part of the loop has that command's own flags alone", () => {
    const [configuration] = fc.sample(settings, { numRuns: 1, seed: 2 }) as [Configuration];
    const [searched = [], measured = []] = shellWords(
      ["search", "measure"].map((command) => repeatCommand({ configuration, command }, defaultConfiguration)),
    );
    const { model, seed, rounds, threads, output, domain } = configuration;
    const general = { model, seed, rounds, threads, output, domain };
    expect(parsed(searched)).toEqual({ ...defaultConfiguration, ...general, search: configuration.search });
    expect(parsed(measured)).toEqual({ ...defaultConfiguration, ...general, measure: configuration.measure });
  });

  test("of learning names its source and every training setting, whatever the source's were", () => {
    const [source, configuration] = fc.sample(settings, { numRuns: 2, seed: 3 }) as [Configuration, Configuration];
    const taught = { ...source, learn: configuration.learn };
    const line = repeatCommand(
      { configuration: taught, command: "learn", source: "runs/search 1" },
      defaultConfiguration,
    );
    expect(line).toMatch(/^illume learn 'runs\/search 1' --learn-examples /);
    const [words = []] = shellWords([line]);
    expect(words[1]).toBe("runs/search 1");
    expect(parsed(words, source)).toEqual(taught);
  });
});
