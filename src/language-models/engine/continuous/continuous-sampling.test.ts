import { afterAll, describe, expect, test } from "vitest";
import { tinyParameters } from "../../../../tests/fixtures/tiny-language-model.ts";
import { InterruptedError } from "../../../core/errors/interrupted-error.ts";
import { InvalidArgumentError } from "../../../core/errors/invalid-argument-error.ts";
import { NumericalError } from "../../../core/errors/numerical-error.ts";
import { RandomStream } from "../../../core/random.ts";
import type { TransformerShape } from "../../../nn/transformer.ts";
import { tensor } from "../../../tensor/tensor.ts";
import { leavesOf, mapTree } from "../../../tensor/tree.ts";
import { characterTokenizer } from "../../character-tokenizer.ts";
import type { Generation } from "../../language-model.ts";
import type { SampleJob } from "../engine-job.ts";
import { TransformerLanguageModel } from "../transformer-language-model.ts";
import { ContinuousPool } from "./continuous-pool.ts";
import { precisionDivergence } from "./precision-divergence.ts";

// Three blocks of tokens, the last one not full; grouped heads, biases, an output weight of its own, scaled angles.
const tokenizer = characterTokenizer(
  String.fromCodePoint(...Array.from({ length: 298 }, (_, index) => 0x4e00 + index)),
);
const shape: TransformerShape = {
  vocabularySize: tokenizer.vocabularySize,
  hiddenSize: 64,
  layers: 2,
  heads: 4,
  keyValueHeads: 2,
  feedForwardSize: 96,
  rotaryBase: 10_000,
  epsilon: 1e-5,
  attentionBiases: true,
  untiedHead: true,
  rotaryScaling: { factor: 4, lowFrequencyFactor: 1, highFrequencyFactor: 4, originalContextLength: 64 },
};
const random = new RandomStream(5);
const parameters = mapTree(tinyParameters(shape), (leaf, path) =>
  path.endsWith("bias")
    ? tensor(
        Float32Array.from({ length: leaf.size }, () => random.normal()),
        { shape: leaf.shape },
      )
    : leaf,
);
const modelOf = (change: object = {}) =>
  new TransformerLanguageModel({ id: "illume:large", shape, parameters, tokenizer, continuous: true, ...change });
const model = modelOf();
const batched = modelOf({ continuous: false });
afterAll(async () => {
  await model.close();
  await batched.close();
});
const textOf = (length: number, start: number) =>
  String.fromCodePoint(...Array.from({ length }, (_, index) => 0x4e00 + ((start + 7 * index) % 298)));
// The longest is read in two parts.
const prompts = [textOf(3, 0), "", textOf(40, 9), textOf(150, 1), textOf(17, 100)];

describe("continuous sampling", () => {
  test.each([
    ["greedy", {}],
    ["drawn, several samples that share a prompt", { temperature: 1, samples: 10, seed: 1 }],
    ["cooler, from the nucleus", { temperature: 0.7, topP: 0.8, samples: 2, seed: 2 }],
  ])("is what the batched engine samples: %s", async (_, options) => {
    const asked = { prompts, maximumTokens: 70, ...options };
    const [ours, others] = [await model.generate(asked), await batched.generate(asked)];
    ours.flat().forEach((generation, index) => {
      const { logProbability, ...other } = others.flat()[index] as (typeof ours)[number][number];
      expect(generation).toMatchObject(other);
      expect(Math.abs((generation.logProbability as number) - (logProbability as number))).toBeLessThan(1e-3);
    });
  });

  test("what else is sampled at the same time changes no bit", async () => {
    const drawn = { maximumTokens: 70, temperature: 1, seed: 3 };
    const alone = await Promise.all(prompts.map((prompt) => modelOfOne(prompt, drawn)));
    const [together, , few] = await Promise.all([
      model.generate({ prompts, ...drawn, samples: 9 }),
      model.generate({ prompts: [textOf(100, 50)], samples: 80, temperature: 1, maximumTokens: 150 }),
      model.generate({ prompts: prompts.toReversed(), ...drawn }),
    ]);
    expect(together.map((row) => row[0])).toEqual(alone);
    expect(few.toReversed().map((row) => row[0])).toEqual(alone);
  });

  async function modelOfOne(prompt: string, options: { maximumTokens: number; temperature: number; seed: number }) {
    return (await model.generate({ prompts: [prompt], ...options }))[0]?.[0];
  }

  test("scores are the batched engine's", async () => {
    const items = [...prompts, ...prompts].map((prompt, index) => ({ prompt, completion: textOf(index * 20, index) }));
    const [ours, others] = [await model.score({ items }), await batched.score({ items })];
    ours.forEach((score, index) => {
      const other = others[index] as typeof score;
      expect([score.tokens, score.greedy]).toEqual([other.tokens, other.greedy]);
      expect(Math.abs(score.logProbability - other.logProbability)).toBeLessThan(2e-3);
    });
    const greedy = (await model.generate({ prompts: [textOf(5, 5)], maximumTokens: 4 }))[0]?.[0]?.text as string;
    const [score] = await model.score({ items: [{ prompt: textOf(5, 5), completion: greedy }] });
    expect(score?.logProbability).toBeLessThan(0);
  });

  test("text comes in pieces that join to it, and a stop text ends its sample alone", async () => {
    const asked = { prompts, maximumTokens: 60, temperature: 1, samples: 2, seed: 4 };
    const whole = await model.generate(asked);
    const stop = [...(whole[0]?.[0]?.text ?? "")].slice(20, 22).join("");
    const pieces = new Map<string, string>();
    const stopped = await model.generate({
      ...asked,
      stop: [stop],
      onText: ({ prompt, sample, text }) => {
        expect(text).not.toBe("");
        pieces.set(`${prompt} ${sample}`, (pieces.get(`${prompt} ${sample}`) ?? "") + text);
      },
    });
    stopped.forEach((row, prompt) => {
      row.forEach(({ text, finishReason, tokens }, sample) => {
        const full = whole[prompt]?.[sample]?.text as string;
        const end = full.indexOf(stop);
        expect(text).toBe(end < 0 ? full : full.slice(0, end));
        if (end >= 0) expect([finishReason, tokens]).toEqual(["stop", end + stop.length]);
        expect(pieces.get(`${prompt} ${sample}`) ?? "").toBe(text);
      });
    });
    expect(stopped[0]?.[0]?.finishReason).toBe("stop");
  });

  test("log probabilities of tokens add up to the sample's", async () => {
    const [sampled] = (
      await model.generate({
        prompts: [textOf(4, 0)],
        maximumTokens: 12,
        tokenLogProbabilities: true,
      })
    ).flat() as [Generation];
    const total = (sampled.tokenLogProbabilities ?? []).reduce((sum, { logProbability }) => sum + logProbability, 0);
    expect(total).toBeCloseTo(sampled.logProbability as number, 8);
  });

  test("aborted and closed while it works; then it works again", async () => {
    const own = modelOf({ contextLength: 4096 });
    const short = { prompts: prompts.slice(0, 2), maximumTokens: 5, temperature: 1 };
    const before = await own.generate(short);
    const controller = new AbortController();
    const long = { ...short, maximumTokens: 4000 };
    const aborted = own.generate({ ...long, signal: controller.signal });
    const beside = own.generate(short);
    setTimeout(() => controller.abort(), 20);
    await expect(aborted).rejects.toThrow(InterruptedError);
    expect(await beside).toEqual(before);
    const closed = own.generate(long);
    setTimeout(() => own.close(), 20);
    await expect(closed).rejects.toThrow(InterruptedError);
    expect(await own.generate(short)).toEqual(before);
    await own.close();
  });

  test("weights that are no numbers", async () => {
    const broken = mapTree(parameters, (leaf) => tensor(new Float32Array(leaf.size).fill(NaN), { shape: leaf.shape }));
    const own = modelOf({ parameters: broken });
    await expect(own.generate({ prompts: ["", ""], maximumTokens: 3 })).rejects.toThrow(NumericalError);
    await expect(own.score({ items: [{ prompt: "", completion: "" }] })).rejects.toThrow(NumericalError);
    await own.close();
  });

  test("weights in 4 bits are for continuous sampling", () => {
    expect(() => modelOf({ continuous: false, precision: "4-bit" })).toThrow(InvalidArgumentError);
  });
});

describe("divergence of rounded weights", () => {
  const arrays = leavesOf(parameters).map(({ tensor: leaf }) => leaf.data as Float32Array);
  const poolOf = (precision: "float32" | "4-bit", sessions: number) =>
    new ContinuousPool({ shape, arrays, continuous: { precision, contextLength: 256, threads: 1 } }, sessions);
  const tokens = prompts.map((prompt) => [0, ...tokenizer.encode(prompt)]);

  test("is nothing between equal weights in any number of threads, and a little in 4 bits", async () => {
    const pools = [poolOf("float32", 1), poolOf("float32", 2), poolOf("4-bit", 1)] as const;
    const [exact, two, rounded] = pools;
    const none = await precisionDivergence(exact, two, tokens);
    expect(none).toEqual({ tokens: 32 * tokens.length, meanDifference: 0, largestDifference: 0, equalGreedy: 1 });
    const some = await precisionDivergence(exact, rounded, tokens);
    expect(some.meanDifference).toBeGreaterThan(0);
    expect(some.meanDifference).toBeLessThan(0.5);
    // Random weights have many near ties.
    expect(some.equalGreedy).toBeGreaterThan(0.2);
    const job: SampleJob = {
      kind: "sample",
      requests: tokens.map((prompt) => ({ prompt, streams: [{ seed: 0, path: [] }] })),
      maximumTokens: 8,
      temperature: 1,
      topP: 1,
      stopTokens: [],
    };
    expect(await two.sample(job)).toEqual(await exact.sample(job));
    await Promise.all(pools.map((pool) => pool.close()));
  });
});
