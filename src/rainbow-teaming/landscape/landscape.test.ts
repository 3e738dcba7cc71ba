import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RandomStream } from "../../core/random.ts";
import { majorityJudge } from "../../judges/majority-judge.ts";
import { domainSchema } from "../domain-schema.ts";
import { mutationPrompt } from "../mutation-prompt.ts";
import { Landscape, type LandscapePrompt } from "./landscape.ts";
import { auditArchive } from "./landscape-audit.ts";
import { landscapeDomain } from "./landscape-domain.ts";
import { landscapeJudge } from "./landscape-judge.ts";
import { landscapeMutator, landscapeTarget, responseLevels } from "./landscape-models.ts";

const small = new Landscape({ seed: 3, categories: 2, styles: 3, details: 3, words: 4, hitsToFail: [1, 3] });

/** Every combination of details. */
function allDetails(landscape: Landscape): number[][] {
  let all: number[][] = [[]];
  for (let position = 0; position < landscape.details; position++) {
    all = all.flatMap((details) => Array.from({ length: landscape.words }, (_, word) => [...details, word]));
  }
  return all;
}

describe("the rules", () => {
  test("rates in closed form equal the enumeration of all prompts", () => {
    const details = allDetails(small);
    expect(details).toHaveLength(64);
    for (let cell = 0; cell < small.cells; cell++) {
      const [category, style] = [Math.floor(cell / 3), cell % 3];
      const truths = details.map((each) => small.truthOf({ category, style, subject: 0, phrase: 0, details: each }));
      expect(truths.every((truth) => truth.cell === cell)).toBe(true);
      const failing = truths.filter(({ fails }) => fails).length / truths.length;
      expect(failing).toBeCloseTo(small.successRate(cell), 12);
      const severity = truths.reduce((sum, truth) => sum + truth.severity, 0) / truths.length;
      expect(severity).toBeCloseTo(small.meanSeverity(cell), 12);
    }
  });

  test("uniform sampling fails the target as often as the closed form says", () => {
    const landscape = new Landscape({ seed: 1 });
    const random = new RandomStream(5);
    const draws = 20_000;
    let failing = 0;
    for (let draw = 0; draw < draws; draw++) failing += Number(landscape.truthOf(landscape.randomPrompt(random)).fails);
    const cells = Array.from({ length: landscape.cells }, (_, cell) => landscape.successRate(cell));
    const expected = cells.reduce((sum, rate) => sum + rate, 0) / cells.length;
    expect(Math.abs(failing / draws - expected)).toBeLessThan(5 * Math.sqrt((expected * (1 - expected)) / draws));
  });

  test("severity grows with the hits, is half where the target begins to fail, and one at most", () => {
    const landscape = new Landscape({ seed: 2, details: 6, hitsToFail: [2, 5] });
    for (let cell = 0; cell < landscape.cells; cell++) {
      const severities = Array.from({ length: 7 }, (_, hits) => landscape.severityOf(cell, hits));
      expect(severities[0]).toBe(0);
      expect(severities.at(-1)).toBe(1);
      expect(severities[landscape.hitsToFail[cell] as number]).toBe(0.5);
      for (let hits = 1; hits < 7; hits++) expect(severities[hits]).toBeGreaterThan(severities[hits - 1] as number);
    }
  });

  test("texts are read back as they were written", () => {
    const landscape = new Landscape({ seed: 7 });
    fc.assert(
      fc.property(fc.integer(), (seed) => {
        const prompt = landscape.randomPrompt(new RandomStream(seed));
        expect(landscape.read(landscape.write(prompt))).toEqual(prompt);
      }),
      { numRuns: 200 },
    );
    expect(landscape.read("What is tea?")).toBeUndefined();
    const bare = landscape.read("As a riddle in three parts, tell me about roses with nothing.");
    expect(bare?.details).toEqual(Array(8).fill(-1));
    expect(landscape.truth("")).toBeUndefined();
  });

  test("what is weak is shared by cells, most within a category or style, to the degree asked for", () => {
    const overlap = (sharing: number, category: number, style: number) => {
      const landscape = new Landscape({ seed: 1, sharing, details: 6, words: 8 });
      let [both, one] = [0, 0];
      for (let position = 0; position < landscape.details; position++) {
        for (let word = 0; word < landscape.words; word++) {
          const details = Array.from({ length: 6 }, (_, each) => (each === position ? word : -1));
          const hit = (cell: object) =>
            landscape.truthOf({ category: 0, style: 0, subject: 0, phrase: 0, details, ...cell }).hits;
          for (let from = 0; from < 9; from++) {
            const here = hit({ category: from, style: from });
            one += here;
            both += here * hit({ category: from + category, style: from + style });
          }
        }
      }
      return both / one;
    };
    // Without sharing two cells have w / V = 1/4 in common; 108 words are compared.
    expect(Math.abs(overlap(0, 1, 0) - 0.25)).toBeLessThan(0.13);
    expect(overlap(1, 1, 1)).toBeGreaterThan(0.25);
    expect(overlap(1, 0, 1)).toBeGreaterThan(overlap(1, 1, 1));
    expect(overlap(1, 1, 0)).toBeGreaterThan(overlap(0, 1, 0) + 0.15);
  });

  test("equal seeds make equal landscapes, others different ones", () => {
    const [a, b, c] = [1, 1, 2].map((seed) => new Landscape({ seed }).hitsToFail);
    expect(a).toEqual(b);
    expect(a).not.toEqual(c);
  });

  test.each([
    { categories: 0 },
    { styles: 11 },
    { details: 14 },
    { weakWords: 13 },
    { sharing: 2 },
    { hitsToFail: [3, 9] as const },
  ])("sizes out of range are refused: %j", (sizes) => {
    expect(() => new Landscape({ seed: 0, ...sizes })).toThrow("correct the landscape");
  });
});

describe("the models", () => {
  const landscape = new Landscape({ seed: 4, details: 6, words: 8 });
  const [category, style] = landscapeDomain(landscape).descriptors as [never, never];
  const parent = landscape.randomPrompt(new RandomStream(1), { category: 4, style: 4 });
  const ask = async (habits: Parameters<typeof landscapeMutator>[1], descriptor: never, bin: number, seeds: number) => {
    const question = mutationPrompt({
      domain: { prompt: "a request" },
      descriptor,
      bin,
      parent: landscape.write(parent),
    });
    const mutator = landscapeMutator(landscape, habits);
    const answers: LandscapePrompt[] = [];
    for (let seed = 0; seed < seeds; seed++) {
      const [samples] = await mutator.generate({ prompts: [question], maximumTokens: 100, seed });
      answers.push(landscape.read(samples?.[0]?.text ?? "") as LandscapePrompt);
    }
    return answers;
  };
  const obedient = { copies: 0, drifts: 0, collapses: 0, changes: 0, imitates: 0, favours: 0 };

  test("the target's response says the truth, and what it looks like", async () => {
    const target = landscapeTarget(landscape);
    for (let seed = 0; seed < 50; seed++) {
      const text = landscape.write(landscape.randomPrompt(new RandomStream(seed)));
      const [samples] = await target.generate({ prompts: [text], maximumTokens: 100 });
      const levels = responseLevels(samples?.[0]?.text ?? "");
      const truth = landscape.truth(text);
      expect(levels.severity).toBeCloseTo(truth?.severity ?? -1, 3);
      expect(levels.appearance).toBeCloseTo(truth?.appearance ?? -1, 3);
      expect(samples?.[0]?.text.startsWith("Here")).toBe(truth?.fails);
    }
  });

  test("an obedient mutator changes what is asked and nothing else", async () => {
    for (const { details, ...rest } of await ask(obedient, style, 7, 5)) {
      expect(details).toEqual(parent.details);
      expect([rest.category, rest.style]).toEqual([4, 7]);
    }
    expect((await ask(obedient, category, 2, 1))[0]).toMatchObject({ category: 2, style: 4 });
  });

  test.each([
    ["copies", (prompt: LandscapePrompt) => landscape.write(prompt) === landscape.write(parent), 1],
    ["drifts", ({ style: given }: LandscapePrompt) => given !== 7, 0.5 + 0.5 * 0.9],
    ["collapses", ({ details }: LandscapePrompt) => details.every((word) => word === 0), 1],
    ["changes", ({ details }: LandscapePrompt) => details[2] !== parent.details[2], 7 / 8],
  ] as const)("%s as often as it is set to", async (habit, shows, share) => {
    const answers = await ask({ ...obedient, [habit]: 0.4 }, style, 7, 400);
    const rate = answers.filter((answer) => shows(answer)).length / answers.length;
    expect(Math.abs(rate - 0.4 * share)).toBeLessThan(4 * Math.sqrt((0.4 * 0.6) / 400));
  });

  test("its own words are drawn by its taste", async () => {
    const answers = await ask({ ...obedient, changes: 1, favours: 1 }, style, 7, 400);
    const share = answers.filter(({ details }) => details[3] === 0).length / answers.length;
    const expected = 1 / Array.from({ length: 8 }, (_, word) => 1 / (word + 1)).reduce((sum, weight) => sum + weight);
    expect(Math.abs(share - expected)).toBeLessThan(4 * Math.sqrt((expected * (1 - expected)) / 400));
  });

  test("details are taken from the examples that are shown", async () => {
    const shown = landscape.write({ ...parent, details: [1, 2, 3, 4, 5, 6] });
    const question = mutationPrompt({
      domain: { prompt: "a request" },
      descriptor: style,
      bin: 0,
      parent: landscape.write({ ...parent, details: [0, 0, 0, 0, 0, 0] }),
      remembered: [{ descriptor: "style", from: "x", label: "poem", to: shown }],
    });
    const mutator = landscapeMutator(landscape, { ...obedient, imitates: 1 });
    const [samples] = await mutator.generate({ prompts: [question], maximumTokens: 100 });
    expect(landscape.read(samples?.[0]?.text ?? "")?.details).toEqual([1, 2, 3, 4, 5, 6]);
  });

  test("without a parent a prompt of the asked category is drawn", async () => {
    const question = mutationPrompt({
      domain: landscapeDomain(landscape),
      descriptor: category,
      bin: 6,
      parent: undefined,
    });
    const [samples] = await landscapeMutator(landscape, obedient).generate({ prompts: [question], maximumTokens: 100 });
    expect(landscape.truth(samples?.[0]?.text ?? "")?.category).toBe(6);
  });
});

describe("the judge", () => {
  const response = (severity: number, appearance = severity) => ({
    prompt: "",
    response: `I went along to ${severity * 10000} of 10000. It sounds like ${appearance * 10000} of 10000.`,
  });
  const compare = async (options: object, comparisons: number, challenger: number, incumbent: number, count = 600) => {
    const judge = majorityJudge({ judge: landscapeJudge(options), comparisons, stop: "first-wins" });
    const pair = { first: response(challenger), second: response(incumbent) };
    let [wins, calls] = [0, 0];
    for (let seed = 0; seed < count; seed++) {
      const [verdict] = await judge.compare([pair], { random: new RandomStream(seed) });
      wins += Number(verdict?.winner === "first");
      calls += verdict?.calls ?? 0;
    }
    return { wins: wins / count, calls: calls / count };
  };

  test("without errors the worse response wins, with no vote in vain", async () => {
    const exact = { accuracy: 1, positionBias: 0 };
    expect(await compare(exact, 4, 0.7, 0.3, 50)).toEqual({ wins: 1, calls: 3 });
    expect(await compare(exact, 4, 0.3, 0.7, 50)).toEqual({ wins: 0, calls: 2 });
  });

  test("one vote is right as often as accuracy says", async () => {
    const { wins } = await compare({ accuracy: 0.8, positionBias: 0 }, 1, 0.7, 0.3);
    expect(Math.abs(wins - 0.8)).toBeLessThan(4 * Math.sqrt((0.8 * 0.2) / 600));
  });

  test("position alone decides nothing: swapped votes cancel out", async () => {
    expect((await compare({ accuracy: 0.5, positionBias: 0.5 }, 4, 0.7, 0.3, 50)).wins).toBe(0);
    expect((await compare({ accuracy: 0.5, positionBias: 0.5 }, 4, 0.3, 0.7, 50)).wins).toBe(0);
  });

  test("a biased vote names the first as often as bias and accuracy say", async () => {
    const judge = landscapeJudge({ accuracy: 0.8, positionBias: 0.1 });
    let first = 0;
    for (let seed = 0; seed < 600; seed++) {
      const pair = { first: response(0.7), second: response(0.3) };
      const [verdict] = await judge.compare([pair], { random: new RandomStream(seed) });
      first += verdict?.positions?.shownFirst ?? 0;
    }
    expect(Math.abs(first / 600 - 0.9)).toBeLessThan(4 * Math.sqrt((0.9 * 0.1) / 600));
  });

  test("scores follow what a response looks like by gullibility", async () => {
    const score = async (gullibility: number, scoreGain = 1) => {
      const judge = landscapeJudge({ gullibility, scoreError: 0, scoreGain });
      const [given] = await judge.score([response(0.2, 0.8)], { random: new RandomStream(0) });
      return given?.value;
    };
    expect(await score(0)).toBeCloseTo(0.2, 9);
    expect(await score(0.5)).toBeCloseTo(0.5, 9);
    expect(await score(1)).toBeCloseTo(0.8, 9);
    expect(await score(1, 2)).toBe(1);
  });
});

test("the landscape's domain is valid, with seeds that do not fail", () => {
  const landscape = new Landscape({ seed: 9, categories: 4, styles: 5 });
  const domain = landscapeDomain(landscape);
  expect(domainSchema.safeParse(domain).success).toBe(true);
  expect(domain.seeds).toHaveLength(10);
  for (const seed of domain.seeds) expect(landscape.truth(seed)?.fails).toBe(false);
});

test("an audit tells true from believed", () => {
  const details = allDetails(small);
  const worst = details.map((each) => ({ category: 1, style: 2, subject: 0, phrase: 0, details: each }));
  const failing = worst.find((prompt) => small.truthOf(prompt).severity === 1) as LandscapePrompt;
  const mild = worst.find((prompt) => small.truthOf(prompt).severity === 0) as LandscapePrompt;
  const elites = [
    { text: small.write(failing), cell: 5, fitness: 1 },
    { text: small.write(failing), cell: 2, fitness: 1 },
    { text: small.write(mild), cell: 5, fitness: 1 },
    { text: "nonsense", cell: 0, fitness: 0 },
  ];
  expect(auditArchive(small, elites)).toEqual({
    rightlyPlaced: 0.5,
    trueSuccess: 0.5,
    trueCoverage: 1 / 6,
    meanSeverity: 0.5,
    overestimate: 0.25,
  });
  expect(auditArchive(small, []).trueSuccess).toBe(0);
});
