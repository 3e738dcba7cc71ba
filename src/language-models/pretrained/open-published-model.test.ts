import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";
import { UnsupportedCapabilityError } from "../../core/errors/unsupported-capability-error.ts";
import { transformerLogits } from "../../nn/transformer.ts";
import { compile } from "../../tensor/compile.ts";
import { logSoftmax } from "../../tensor/operations/softmax.ts";
import { type Tensor, tensor } from "../../tensor/tensor.ts";
import { TransformerLanguageModel } from "../engine/transformer-language-model.ts";
import { openLanguageModel } from "../open-language-model.ts";
import type { Tokenizer } from "../tokenizer.ts";
import { openPretrained } from "./open-pretrained.ts";

const fixture = (name: string) =>
  fileURLToPath(new URL(`../../../tests/fixtures/llama-family/${name}`, import.meta.url));

/** Texts are numbers of tokens, so that none is lost. */
const numbers: Tokenizer = {
  vocabularySize: 300,
  endTokens: [299],
  encode: (text) => text.split(" ").filter(Boolean).map(Number),
  decode: (tokens) => tokens.join(" "),
};

describe("sampling with caches follows the transformer, whatever its parts", () => {
  test.each(
    ["grouped", "llama-3.1", "qwen2", "sharded"].flatMap((name) => [[name, false] as const, [name, true] as const]),
  )("%s (continuous: %s)", async (name, continuous) => {
    const { shape, parameters } = await openPretrained(fixture(name));
    const model = new TransformerLanguageModel({ id: name, shape, parameters, tokenizer: numbers, continuous });
    // The longer ones reach where Llama 3.1's scaling shows.
    const prompts = ["7", "5 9 30 211 12 4 8", Array.from({ length: 20 }, (_, index) => 3 + 13 * index).join(" ")];
    const rows = await model.generate({ prompts, maximumTokens: 12 });
    await model.close();
    const score = compile((tokens: Tensor) => logSoftmax(transformerLogits(parameters, tokens, shape)));
    for (const [index, prompt] of prompts.entries()) {
      const generation = rows[index]?.[0];
      const start = numbers.encode(prompt).length;
      const tokens = numbers.encode(`${prompt} ${generation?.text}`);
      const scores = await score(tensor([tokens], { elementType: "int32" }));
      let logProbability = 0;
      for (let position = start; position < tokens.length; position++) {
        const row = (scores.data as Float32Array).subarray((position - 1) * 300, position * 300);
        const chosen = row[tokens[position] as number] as number;
        expect(row.reduce((highest, value) => Math.max(highest, value), -Infinity) - chosen).toBeLessThan(1e-4);
        logProbability += chosen;
      }
      expect(tokens.length).toBe(start + 12);
      expect(Math.abs((generation?.logProbability as number) - logProbability)).toBeLessThan(1e-3);
    }
    await score.close();
  });
});

describe("a published model by its id", () => {
  let cache: string;
  beforeAll(() => {
    cache = mkdtempSync(join(tmpdir(), "illume-published-"));
  });
  afterAll(() => rmSync(cache, { recursive: true }));

  test.each(["qwen2", "qwen2.gguf"])("illume:.../%s generates, scores and tokenises", async (name) => {
    const model = await openLanguageModel(`illume:${fixture(name)}`, { modelsFolder: cache, contextLength: 64 });
    const [row] = await model.generate({ prompts: ["the cat"], samples: 2, temperature: 1, maximumTokens: 5 });
    expect(row).toHaveLength(2);
    const [score] = await model.score({ items: [{ prompt: "the cat", completion: " sat" }] });
    expect(score?.logProbability).toBeLessThan(0);
    const [tokens] = await model.tokenize(["the cat"]);
    expect(tokens?.length).toBe(row?.[0]?.promptTokens);
    await model.close();
  });

  test("an empty text has something to stand behind, where there is no begin token", async () => {
    const model = await openLanguageModel(`illume:${fixture("grouped")}`);
    const [[generation] = []] = await model.generate({ prompts: [""], maximumTokens: 2 });
    expect(generation?.promptTokens).toBe(1);
    await model.close();
  });

  test("with weights in 4 bits tells how far they are from float32, measured once for the same weights", async () => {
    const notices: string[] = [];
    const open = async (name: string) => {
      const id = `illume:${fixture(name)}`;
      const options = { modelsFolder: cache, precision: "4-bit", threads: 1 } as const;
      return openLanguageModel(id, { ...options, onNotice: (notice) => notices.push(notice.replace(id, "ID")) });
    };
    const model = await open("qwen2");
    const [[generation] = []] = await model.generate({ prompts: ["the cat"], maximumTokens: 3 });
    expect(generation?.tokens).toBe(3);
    await model.close();
    await (await open("qwen2")).close();
    const [measuring, first, second, ...more] = notices;
    expect(measuring).toBe("ID: measuring once what weights in 4 bits change");
    expect(first).toMatch(
      /^ID with weights in 4 bits: \d+\.\d % of \d+ greedy tokens are those of float32; their log probabilities differ by \S+ nats on average, \S+ at most\.$/,
    );
    expect([second, ...more]).toEqual([first]);
  });

  test.each([
    "grade-school",
    "gguf:model.gguf",
    "hf:org/model",
    "http://127.0.0.1:9/v1#model",
    "scripted:answers.json",
  ])("%s has no weights in 4 bits", async (id) => {
    await expect(openLanguageModel(id, { precision: "4-bit" })).rejects.toThrow(UnsupportedCapabilityError);
    await expect(openLanguageModel(id, { precision: "4-bit" })).rejects.toThrow("leave the precision out");
  });

  test("more context than it was trained for is refused", async () => {
    const opened = openLanguageModel(`illume:${fixture("grouped")}`, { contextLength: 65 });
    await expect(opened).rejects.toThrow(InvalidArgumentError);
  });
});
