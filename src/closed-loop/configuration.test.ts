import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InvalidArgumentError } from "../core/errors/invalid-argument-error.ts";
import { defaultConfiguration, parseConfiguration, testSetNames } from "./configuration.ts";
import { ConfigurationError, configurationProblemLine } from "./configuration-error.ts";
import { domainNamed } from "./domains.ts";

function problems(settings: unknown): string[] {
  try {
    parseConfiguration(settings);
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigurationError);
    expect(error).toBeInstanceOf(InvalidArgumentError);
    return (error as ConfigurationError).problems.map(configurationProblemLine);
  }
  return [];
}

describe("parseConfiguration", () => {
  test("fills in the settings that worked", () => {
    expect(parseConfiguration({})).toEqual(defaultConfiguration);
    expect(parseConfiguration(undefined)).toEqual(defaultConfiguration);
    expect(defaultConfiguration.search).toEqual({
      evaluations: 2000,
      batchSize: 100,
      elitesPerCell: 10,
      seeds: 200,
      arm: "quality-diversity",
    });
    expect(defaultConfiguration.learn.betas).toEqual([0.9, 0.98]);
  });

  test("keeps what is given", () => {
    const given = parseConfiguration({ seed: 3, learn: { epochs: 1 }, attack: { renewed: false } });
    expect(given.seed).toBe(3);
    expect(given.learn).toEqual({ ...defaultConfiguration.learn, epochs: 1 });
    expect(given.attack.renewed).toBe(false);
  });

  test("is plain JSON, and itself when parsed again", () => {
    const text = JSON.stringify(defaultConfiguration);
    expect(parseConfiguration(JSON.parse(text))).toEqual(defaultConfiguration);
  });

  test.each([
    [
      { search: { batchSize: "many" } },
      'search.batchSize: expected a whole number of at least 1, but got "many": leave it out for the default, 100',
    ],
    [{ search: { batchSize: 0 } }, "search.batchSize: expected a whole number of at least 1, but got 0: "],
    [{ search: { seeds: 1.5 } }, "search.seeds: expected a whole number of at least 1, but got 1.5: "],
    [{ rounds: 5000 }, "rounds: expected a whole number of at least 1 and at most 1000, but got 5000: "],
    [{ learn: { learningRate: 0 } }, "learn.learningRate: expected a number above 0 and at most 10, but got 0: "],
    [{ learn: { betas: [0.9, 1] } }, "learn.betas.1: expected a number of at least 0 and below 1, but got 1: "],
    [{ learn: { betas: [0.9] } }, "learn.betas: expected a list of 2 items, each a number of at least 0 and below 1, "],
    [
      { measure: { sets: ["in-distribution", "foo"] } },
      'measure.sets.1: expected one of in-distribution, unseen-sequences, more-steps, distractors, unseen-wording, everything, seven-steps, whole-space, but got "foo": ',
    ],
    [{ measure: { sets: ["more-stepz"] } }, 'but got "more-stepz": did you mean "more-steps"?'],
    [{ measure: { sets: [] } }, "measure.sets: expected a list of at least 1 item, each one of in-distribution, "],
    [{ measure: { sets: "all" } }, "measure.sets: expected a list of at least 1 item, each one of in-distribution, "],
    [{ attack: { renewed: "yes" } }, 'attack.renewed: expected true or false, but got "yes": '],
    [{ model: "" }, 'model: expected a text that is not empty, but got "": '],
    [{ search: null }, "search: expected a group of settings (evaluations, batchSize, "],
    [{ search: { arm: "quality_diversity" } }, 'did you mean "quality-diversity"?'],
    [{ serach: {} }, "serach: expected a known setting (domain, model, seed, "],
    [{ search: { batchsize: 4 } }, 'but got "batchsize": did you mean "batchSize"?'],
    [{ search: { zzzzzzzzzz: 4 } }, "remove it"],
    ["text", "expected a group of settings (domain, model, "],
    [[], "but got []: "],
  ])("%j: %s", (settings, line) => {
    expect(problems(settings)).toHaveLength(1);
    expect(problems(settings)[0]).toContain(line);
    expect(problems(settings)[0]).not.toMatch(/\p{Cc}/u);
  });

  test("names every wrong setting, and the first in its message", () => {
    const settings = { seed: -1, search: { seeds: "a", unknown: 1 }, learn: { clip: 0 } };
    expect(problems(settings)).toHaveLength(4);
    expect(() => parseConfiguration(settings)).toThrow(/^seed: expected .* \(and 3 more\)$/);
  });

  test("places are named as asked for", () => {
    expect(() => parseConfiguration({ seed: -1 }, (path) => `illume.yaml: ${path.join("/")}`)).toThrow(
      /^illume\.yaml: seed: expected/,
    );
  });

  test("whatever comes, the answer is a configuration or a typed error", () => {
    fc.assert(
      fc.property(
        fc.object({ key: fc.constantFrom("search", "seed", "learn", "betas", "__proto__", "x") }),
        (settings) => {
          expect(problems(settings).every((line) => line.includes("expected"))).toBe(true);
        },
      ),
    );
  });
});

test("the test sets that can be named are the domain's", () => {
  expect(domainNamed("grade-school").testSets.map(({ name }) => name)).toEqual([...testSetNames]);
});
