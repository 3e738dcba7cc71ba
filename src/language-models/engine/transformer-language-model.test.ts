import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  tinyLanguageModel,
  tinyParameters,
  tinyShape,
  tinyTokenizer,
} from "../../../tests/fixtures/tiny-language-model.ts";
import { expected, fixtureShape, initialParameters } from "../../../tests/fixtures/transformer/read.ts";
import { InterruptedError } from "../../core/errors/interrupted-error.ts";
import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";
import { NumericalError } from "../../core/errors/numerical-error.ts";
import { RandomStream } from "../../core/random.ts";
import { transformerLogits } from "../../nn/transformer.ts";
import { compile } from "../../tensor/compile.ts";
import { softmax } from "../../tensor/operations/softmax.ts";
import { type Tensor, tensor } from "../../tensor/tensor.ts";
import { mapTree } from "../../tensor/tree.ts";
import { characterTokenizer } from "../character-tokenizer.ts";
import { endToken } from "../tokenizer.ts";
import { Sampler } from "./sampler.ts";
import { greatestToken } from "./token-choice.ts";
import { TransformerLanguageModel } from "./transformer-language-model.ts";

const width = tinyShape.vocabularySize;
const beginToken = tinyTokenizer.beginToken as number;
const end = endToken(tinyTokenizer);
const parameters = tinyParameters();
const logits = compile((tokens: Tensor) => transformerLogits(parameters, tokens, tinyShape));

/** Scores after the last of some tokens, by the transformer itself without caches; padded at the right to one graph. */
async function lastLogits(tokens: readonly number[]): Promise<Float32Array> {
  const padded = [...tokens, ...new Array<number>(96 - tokens.length).fill(0)];
  const all = await logits(tensor([padded], { elementType: "int32" }));
  return all.data.slice((tokens.length - 1) * width, tokens.length * width) as Float32Array;
}

describe("sampling follows the transformer", () => {
  let model: TransformerLanguageModel;
  beforeAll(() => {
    model = tinyLanguageModel();
  });
  afterAll(() => model.close());

  test("greedy is repeated argmax, beyond one step of the cache", async () => {
    const prompts = ["", "a bad cab.", "feed a bee. ".repeat(3)];
    const rows = await model.generate({ prompts, maximumTokens: 40 });
    for (const [index, prompt] of prompts.entries()) {
      const tokens = [beginToken, ...tinyTokenizer.encode(prompt)];
      const start = tokens.length;
      let logProbability = 0;
      let ended = false;
      while (!ended && tokens.length < start + 40) {
        const scores = await lastLogits(tokens);
        const token = greatestToken(scores, 0, width);
        logProbability += Math.log(softmax(tensor(scores)).data[token] as number);
        ended = token === end;
        if (!ended) tokens.push(token);
      }
      const [generation] = rows[index] as [(typeof rows)[number][number]];
      expect(generation).toMatchObject({
        text: tinyTokenizer.decode(tokens.slice(start)),
        finishReason: ended ? "stop" : "length",
        promptTokens: start,
        tokens: tokens.length - start,
      });
      expect(Math.abs((generation.logProbability as number) - logProbability)).toBeLessThan(1e-3);
    }
  });

  test("greedy tokens equal Hugging Face's, with its cache", async () => {
    const sampler = new Sampler({ shape: fixtureShape, parameters: initialParameters });
    const requests = [{ prompt: expected.greedy.prompt, randoms: [new RandomStream(0)] }];
    const options = { maximumTokens: 16, temperature: 0, topP: 1, stopTokens: [] };
    const rows = await sampler.sample(requests, options);
    expect(rows.map((row) => row.map(({ tokens }) => tokens))).toEqual([[expected.greedy.tokens]]);
    await sampler.close();
  });

  test.each([
    [1, 1],
    [0.5, 1],
    [1, 0.7],
  ])("frequencies at temperature %d and topP %d match the probabilities (chi-square)", async (temperature, topP) => {
    const samples = 960;
    const prompt = "a cab";
    const options = { prompts: [prompt], samples, maximumTokens: 1, temperature, topP, seed: 1 };
    const row = (await model.generate(options)).flat();
    const scores = await lastLogits([beginToken, ...tinyTokenizer.encode(prompt)]);
    const probabilities = [...softmax(tensor(scores.map((score) => score / temperature))).data];
    const order = probabilities.map((_, token) => token);
    order.sort((a, b) => (probabilities[b] as number) - (probabilities[a] as number));
    let mass = 0;
    const nucleus = order.filter((token) => {
      const inside = mass < topP;
      if (inside) mass += probabilities[token] as number;
      return inside;
    });
    const counts = new Map<number, number>();
    for (const { text, tokens } of row) {
      // Begin has no text and end no token.
      const special = tokens === 0 ? end : beginToken;
      const token = text === "" ? special : (tinyTokenizer.encode(text)[0] as number);
      counts.set(token, (counts.get(token) ?? 0) + 1);
    }
    expect([...counts.keys()].filter((token) => !nucleus.includes(token))).toEqual([]);
    const statistic = nucleus.reduce((sum, token) => {
      const wanted = (samples * (probabilities[token] as number)) / mass;
      return sum + ((counts.get(token) ?? 0) - wanted) ** 2 / wanted;
    }, 0);
    // Mean and deviation of chi-square with k degrees of freedom are k and sqrt(2 k).
    const freedom = nucleus.length - 1;
    expect(statistic).toBeLessThan(freedom + 4 * Math.sqrt(2 * freedom));
  });

  test.each([
    ["batch by batch", false],
    ["continuously", true],
  ])(
    "alternatives are the transformer's most probable tokens, whatever is drawn, sampled %s",
    async (_, continuous) => {
      const own = tinyLanguageModel({ continuous });
      const prompts = ["a cab", "feed a bee. ".repeat(3)];
      const drawn = { prompts, samples: 2, maximumTokens: 6, temperature: 0.6, topP: 0.9, seed: 5 };
      const told = { ...drawn, tokenLogProbabilities: true };
      // More than there are tokens: all of them.
      const rows = await own.generate({ ...told, alternatives: 20 });
      const few = (await own.generate({ ...told, alternatives: 3 })).flat();
      const usual = (await own.generate(told)).flat();
      const without = (await own.generate({ ...told, alternatives: 0 })).flat();
      const silent = await own.generate(drawn);
      await own.close();
      expect(rows.map((row) => row.map(({ tokenLogProbabilities: _told, ...rest }) => rest))).toEqual(silent);
      for (const [index, { text, tokenLogProbabilities = [] }] of rows.flat().entries()) {
        const before = [beginToken, ...tinyTokenizer.encode(prompts[Math.floor(index / 2)] as string)];
        const after = tinyTokenizer.encode(text);
        // The begin token has no text.
        if (after.length !== tokenLogProbabilities.length) continue;
        for (const [place, { text: sampled, logProbability, alternatives = [] }] of tokenLogProbabilities.entries()) {
          const scores = softmax(tensor(await lastLogits([...before, ...after.slice(0, place)]))).data;
          const truth = [...scores].map((probability) => Math.log(probability)).sort((a, b) => b - a);
          expect(alternatives).toHaveLength(width);
          alternatives.forEach((one, rank) => {
            expect(Math.abs(one.logProbability - (truth[rank] as number))).toBeLessThan(1e-3);
          });
          const own = alternatives.find((one) => one.text === sampled);
          expect(own?.logProbability).toBe(logProbability);
          expect(few[index]?.tokenLogProbabilities?.[place]?.alternatives).toEqual(alternatives.slice(0, 3));
          expect(usual[index]?.tokenLogProbabilities?.[place]?.alternatives).toEqual(alternatives.slice(0, 5));
          expect(without[index]?.tokenLogProbabilities?.[place]).toEqual({ text: sampled, logProbability });
        }
      }
      expect(rows.flat().flatMap(({ tokenLogProbabilities = [] }) => tokenLogProbabilities).length).toBeGreaterThan(12);
    },
  );

  test("a temperature near zero is greedy", async () => {
    const prompts = ["a bad cab."];
    const greedy = await model.generate({ prompts, maximumTokens: 20 });
    expect(await model.generate({ prompts, maximumTokens: 20, temperature: 1e-300, seed: 3 })).toEqual(greedy);
  });

  test("score adds up the transformer's log probabilities, and knows greedy completions", async () => {
    const prompt = "a bed";
    const tokens = [beginToken, ...tinyTokenizer.encode(prompt)];
    const [greedy] = (await model.generate({ prompts: [prompt], maximumTokens: 6 })).flat();
    const completions = ["", "a", "bee.", greedy?.text ?? ""];
    const scores = await model.score({ items: completions.map((completion) => ({ prompt, completion })) });
    for (const [index, completion] of completions.entries()) {
      const whole = [...tokens, ...tinyTokenizer.encode(completion), end];
      let logProbability = 0;
      let allGreatest = true;
      for (let position = tokens.length; position < whole.length; position++) {
        const at = await lastLogits(whole.slice(0, position));
        const token = whole[position] as number;
        logProbability += Math.log(softmax(tensor(at)).data[token] as number);
        allGreatest &&= greatestToken(at, 0, width) === token;
      }
      const score = scores[index] as (typeof scores)[number];
      expect(Math.abs(score.logProbability - logProbability)).toBeLessThan(1e-4);
      expect([score.tokens, score.greedy]).toEqual([completion.length + 1, allGreatest]);
    }
  });

  test("text it cannot express and conversations it has no template for", async () => {
    await expect(model.generate({ prompts: ["a", "xyz"], maximumTokens: 1 })).rejects.toThrow(/"x"/);
    await expect(model.generate({ prompts: ["xyz"], maximumTokens: 1 })).rejects.toThrow(InvalidArgumentError);
    await expect(model.score({ items: [{ prompt: "a", completion: "!" }] })).rejects.toThrow(InvalidArgumentError);
    await expect(model.tokenize(["a", "A"])).rejects.toThrow(InvalidArgumentError);
    const conversation = [
      { role: "system", content: "a" },
      { role: "user", content: "b" },
    ] as const;
    const asked = model.generate({ prompts: [conversation], maximumTokens: 1 });
    await expect(asked).rejects.toThrow(/2 messages \(system, user\)/);
  });
});

describe("limits and faults", () => {
  test("prompts that are too long", async () => {
    const model = tinyLanguageModel({ contextLength: 20 });
    const prompts = ["a".repeat(10)];
    expect((await model.generate({ prompts, maximumTokens: 9 })).length).toBe(1);
    await expect(model.generate({ prompts, maximumTokens: 10 })).rejects.toThrow(/at most 20 tokens/);
    const items = [{ prompt: "a".repeat(10), completion: "a".repeat(9) }];
    await expect(model.score({ items })).rejects.toThrow(InvalidArgumentError);
    await model.close();
  });

  test("options that make no sense", () => {
    const options = { id: "x", shape: tinyShape, parameters, tokenizer: tinyTokenizer };
    const create = (change: object) => () => new TransformerLanguageModel({ ...options, ...change });
    expect(create({ threads: 0 })).toThrow(InvalidArgumentError);
    expect(create({ contextLength: 1.5 })).toThrow(InvalidArgumentError);
    expect(create({ tokenizer: characterTokenizer("abcdefghijklmnopqrstuvwxyz") })).toThrow(InvalidArgumentError);
  });

  test.each([1, 2])("weights that are no numbers, in %d threads", async (threads) => {
    const broken = mapTree(parameters, (leaf) =>
      tensor(new Float32Array(leaf.size).fill(Number.NaN), { shape: leaf.shape }),
    );
    const options = { id: "x", shape: tinyShape, parameters: broken, tokenizer: tinyTokenizer, threads };
    const model = new TransformerLanguageModel(options);
    await expect(model.generate({ prompts: ["a"], maximumTokens: 3 })).rejects.toThrow(NumericalError);
    const items = [{ prompt: "a", completion: "b" }];
    await expect(model.score({ items })).rejects.toThrow(NumericalError);
    await model.close();
  });

  test.each([1, 2])("aborted and closed while it works, in %d threads; then it works again", async (threads) => {
    const model = tinyLanguageModel({ threads });
    const options = { prompts: ["a", "b"], maximumTokens: 1000, temperature: 1, seed: 1 };
    const short = { ...options, maximumTokens: 5 };
    const before = await model.generate(short);
    const controller = new AbortController();
    const aborted = model.generate({ ...options, signal: controller.signal });
    setImmediate(() => controller.abort());
    await expect(aborted).rejects.toThrow(InterruptedError);
    const closed = model.generate(options);
    setImmediate(() => model.close());
    await expect(closed).rejects.toThrow(InterruptedError);
    expect(await model.generate(short)).toEqual(before);
    await model.close();
  });
});
