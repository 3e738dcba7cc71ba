/** SmolLM2-135M-Instruct's real weights against Python transformers. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { hasSmolLM2, smolLM2Cache, smolLM2File } from "../../../tests/fixtures/smollm2.ts";
import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";
import { transformerLogits } from "../../nn/transformer.ts";
import { compile } from "../../tensor/compile.ts";
import { gatherRows } from "../../tensor/operations/indexing.ts";
import { reshape } from "../../tensor/operations/layout.ts";
import { type Tensor, tensor } from "../../tensor/tensor.ts";
import type { ChatMessage } from "../language-model.ts";
import { openPretrained, type PretrainedModel } from "./open-pretrained.ts";

const root = fileURLToPath(new URL("../../..", import.meta.url));
const readFixture = (name: string) => JSON.parse(readFileSync(join(root, "tests", "fixtures", name), "utf8"));

interface ScoredPrompt {
  readonly tokens: readonly number[];
  readonly top: readonly (readonly [token: number, logProbability: number])[];
  readonly greedy: readonly number[];
}

/** Natural-log probabilities [rows, vocabulary] after each row's last token; all rows are padded to one length. */
async function nextLogProbabilities(
  model: PretrainedModel,
  rows: readonly (readonly number[])[],
): Promise<Float64Array[]> {
  const positions = rows.reduce((longest, row) => Math.max(longest, row.length), 0);
  const tokens = new Int32Array(rows.length * positions);
  rows.forEach((row, index) => {
    tokens.set(row, index * positions);
  });
  const last = Int32Array.from(rows, (row, index) => index * positions + row.length - 1);
  const run = compile((parameters: typeof model.parameters, input: Tensor, at: Tensor) => {
    const logits = transformerLogits(parameters, input, model.shape);
    return gatherRows(reshape(logits, [rows.length * positions, model.shape.vocabularySize]), at);
  });
  const scores = await run(model.parameters, tensor(tokens, { shape: [rows.length, positions] }), tensor(last));
  await run.close();
  const width = model.shape.vocabularySize;
  return rows.map((_, index) => {
    const row = Float64Array.from(scores.data.subarray(index * width, (index + 1) * width));
    const highest = row.reduce((best, score) => Math.max(best, score), -Infinity);
    const normaliser = highest + Math.log(row.reduce((sum, score) => sum + Math.exp(score - highest), 0));
    return row.map((score) => score - normaliser);
  });
}

describe.runIf(hasSmolLM2)("SmolLM2-135M-Instruct", () => {
  let model: PretrainedModel;
  beforeAll(async () => {
    model = await openPretrained(smolLM2File, { cache: smolLM2Cache });
  }, 300_000);

  test("next-token log probabilities equal those of transformers", async () => {
    const { prompts } = readFixture("llama-family/smollm2.json") as { prompts: readonly ScoredPrompt[] };
    const rows = await nextLogProbabilities(
      model,
      prompts.map(({ tokens }) => tokens),
    );
    prompts.forEach(({ top }, index) => {
      for (const [token, logProbability] of top) {
        expect(Math.abs((rows[index]?.[token] as number) - logProbability)).toBeLessThan(1e-4);
      }
    });
  }, 300_000);

  test("greedy tokens equal those of transformers, or nearly tie where they part", async () => {
    const { prompts } = readFixture("llama-family/smollm2.json") as { prompts: readonly ScoredPrompt[] };
    // Teacher-forced: each greedy token is the most probable one after those before it.
    const steps = prompts.flatMap(({ tokens, greedy }) =>
      [0, 7, 15]
        .filter((step) => step < greedy.length)
        .map((step) => ({ row: [...tokens, ...greedy.slice(0, step)], next: greedy[step] as number })),
    );
    const rows = await nextLogProbabilities(
      model,
      steps.map(({ row }) => row),
    );
    steps.forEach(({ next }, index) => {
      const scores = rows[index] as Float64Array;
      const highest = scores.reduce((best, score) => Math.max(best, score), -Infinity);
      expect(highest - (scores[next] as number)).toBeLessThan(1e-3);
    });
  }, 300_000);

  test("tokens of texts and conversations equal the Rust library's", () => {
    const { tokenizer } = model;
    const { texts, chats } = readFixture("tokenizers/smollm2.json") as {
      texts: readonly (readonly [text: string, tokens: readonly number[] | null])[];
      chats: { own: { conversations: readonly { messages: readonly ChatMessage[]; tokens: readonly number[] }[] } };
    };
    for (const [text, tokens] of texts) {
      // The vocabulary lacks some control characters.
      if (tokens === null) expect(() => tokenizer.encode(text)).toThrow(InvalidArgumentError);
      else {
        expect([text, tokenizer.encode(text)]).toEqual([text, tokens]);
        expect(tokenizer.decode(tokens)).toBe(text);
      }
    }
    for (const { messages, tokens } of chats.own.conversations)
      expect(tokenizer.encodeChat?.(messages)).toEqual(tokens);
    expect(tokenizer.endTokens).toEqual([2, 0]);
    expect("beginToken" in tokenizer).toBe(false);
  }, 60_000);
});
