/** What every language model has to do. A new implementation adds one call in language-model.test.ts. */
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { InterruptedError } from "../../src/core/errors/interrupted-error.ts";
import { InvalidArgumentError } from "../../src/core/errors/invalid-argument-error.ts";
import { UnsupportedCapabilityError } from "../../src/core/errors/unsupported-capability-error.ts";
import type {
  GenerateOptions,
  Generation,
  LanguageModel,
  LanguageModelCapability,
} from "../../src/language-models/language-model.ts";

export interface LanguageModelCase {
  readonly name: string;
  create(): LanguageModel | Promise<LanguageModel>;
  readonly capabilities: readonly LanguageModelCapability[];
  /** At least four different texts that the model can express, of different lengths. */
  readonly prompts: readonly string[];
  /** How far a log probability of generate may be from that of score, where generate tells any. */
  readonly tolerance?: number;
  /** A conversation goes through a template of the model's, so that it is not its text. */
  readonly chatTemplate?: boolean;
  /** It tells the most probable tokens at each token's place. */
  readonly alternatives?: boolean;
  /** A model of few tokens a second: fewer and smaller batches. */
  readonly slow?: boolean;
}

const sampled = { maximumTokens: 12, temperature: 1 };

export function languageModelContract({
  name,
  create,
  capabilities,
  prompts,
  tolerance,
  slow = false,
  chatTemplate = false,
  alternatives = false,
}: LanguageModelCase): void {
  describe(`language model contract: ${name}`, () => {
    let model: LanguageModel;
    beforeAll(async () => {
      model = await create();
    }, 120_000);
    afterAll(() => model.close());
    const generate = (options: Partial<GenerateOptions>) => model.generate({ prompts, ...sampled, ...options });

    test("says what it can", () => {
      expect(model.id).not.toBe("");
      expect([...model.capabilities].sort()).toEqual([...capabilities].sort());
    });

    test("what it cannot is a typed error", async () => {
      const calls: Record<LanguageModelCapability, () => Promise<unknown>> = {
        generate: () => generate({}),
        score: () => model.score({ items: [{ prompt: prompts[0] as string, completion: "" }] }),
        tokenize: () => model.tokenize(prompts),
        embed: () => model.embed(prompts),
      };
      for (const [capability, call] of Object.entries(calls)) {
        if (model.capabilities.has(capability as LanguageModelCapability)) await call();
        else await expect(call()).rejects.toThrow(UnsupportedCapabilityError);
      }
    });

    test("an aborted signal interrupts", async () => {
      const signal = AbortSignal.abort();
      if (capabilities.includes("generate")) await expect(generate({ signal })).rejects.toThrow(InterruptedError);
      if (capabilities.includes("score")) {
        const items = [{ prompt: prompts[0] as string, completion: "" }];
        await expect(model.score({ items, signal })).rejects.toThrow(InterruptedError);
      }
    });

    test("closing twice is harmless", async () => {
      const other = await create();
      if (capabilities.includes("generate")) await other.generate({ prompts: prompts.slice(0, 1), maximumTokens: 1 });
      await other.close();
      await other.close();
    });

    if (capabilities.includes("generate")) generationContract(generate, prompts, { slow, chatTemplate });
    if (capabilities.includes("generate")) tokenContract(generate, alternatives);
    if (capabilities.includes("score")) scoreContract(() => model, prompts);
    if (tolerance !== undefined) logProbabilityContract(() => model, prompts, tolerance);
    if (capabilities.includes("tokenize")) {
      test("tokenises each text by itself", async () => {
        const tokens = await model.tokenize(prompts);
        expect(tokens).toHaveLength(prompts.length);
        expect(tokens.flat().every((token) => Number.isInteger(token) && token >= 0)).toBe(true);
        expect(await model.tokenize(prompts.slice(1, 2))).toEqual([tokens[1]]);
        expect(await model.tokenize([])).toEqual([]);
      });
    }
    if (capabilities.includes("embed")) {
      test("embeds each text by itself", async () => {
        const vectors = await model.embed(prompts);
        expect(vectors).toHaveLength(prompts.length);
        expect(new Set(vectors.map((vector) => vector.length)).size).toBe(1);
        expect(vectors.every((vector) => vector.every(Number.isFinite))).toBe(true);
        expect(await model.embed(prompts.slice(1, 2))).toEqual([vectors[1]]);
        expect(await model.embed([])).toEqual([]);
      });
    }
  });
}

type Generate = (options: Partial<GenerateOptions>) => Promise<readonly (readonly Generation[])[]>;

function generationContract(
  generate: Generate,
  prompts: readonly string[],
  { slow, chatTemplate }: { readonly slow: boolean; readonly chatTemplate: boolean },
): void {
  test("one row a prompt, one sample each or as many as asked", async () => {
    expect((await generate({})).map((row) => row.length)).toEqual(prompts.map(() => 1));
    const rows = await generate({ samples: 3 });
    expect(rows.map((row) => row.length)).toEqual(prompts.map(() => 3));
    for (const { text, finishReason, tokens, promptTokens, logProbability } of rows.flat()) {
      expect(typeof text).toBe("string");
      expect(["stop", "length", "refusal", "error", "other"]).toContain(finishReason);
      expect(tokens ?? 0).toBeGreaterThanOrEqual(0);
      expect(tokens ?? 0).toBeLessThanOrEqual(sampled.maximumTokens);
      expect(promptTokens ?? 0).toBeGreaterThanOrEqual(0);
      expect(logProbability ?? 0).toBeLessThanOrEqual(0);
    }
    expect(await generate({ prompts: [] })).toEqual([]);
  });

  test(`a conversation of one user's message ${chatTemplate ? "goes through the template" : "is its text"}`, async () => {
    const text = prompts[0] as string;
    const asMessage = await generate({ prompts: [[{ role: "user", content: text }]] });
    const asText = await generate({ prompts: [text] });
    if (chatTemplate) {
      expect(asMessage[0]?.[0]?.promptTokens).toBeGreaterThan(asText[0]?.[0]?.promptTokens as number);
    } else expect(asMessage).toEqual(asText);
  });

  test("no more tokens than asked for", async () => {
    for (const { tokens, finishReason } of (await generate({ maximumTokens: 1, samples: 3 })).flat()) {
      expect(tokens ?? 0).toBeLessThanOrEqual(1);
      if (tokens === 0) expect(finishReason).toBe("stop");
    }
  });

  test("equal seeds, equal samples; other seeds and other samples differ", async () => {
    const first = await generate({ samples: 3, seed: 5 });
    expect(await generate({ samples: 3, seed: 5 })).toEqual(first);
    const texts = (rows: readonly (readonly Generation[])[]) => rows.map((row) => row.map(({ text }) => text));
    expect(texts(await generate({ samples: 3, seed: 6 }))).not.toEqual(texts(first));
    expect(new Set(texts(first).flat()).size).toBeGreaterThan(prompts.length);
  });

  test("later samples alone equal those of the whole row", async () => {
    const options = { seed: 5, prompts: prompts.slice(0, 2) };
    const whole = await generate({ ...options, samples: 4 });
    const later = await generate({ ...options, samples: 2, firstSample: 2 });
    expect(later).toEqual(whole.map((row) => row.slice(2)));
  });

  test("what else is in a batch never changes a sample", async () => {
    const options = { seed: 11, topP: 0.9, temperature: 0.8, maximumTokens: slow ? 16 : 40 };
    const alone = new Map<string, readonly Generation[]>();
    for (const prompt of prompts) {
      alone.set(prompt, (await generate({ ...options, prompts: [prompt], samples: 3 }))[0] as readonly Generation[]);
    }
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(...prompts), { minLength: 1, maxLength: slow ? 5 : 40 }),
        fc.constantFrom(1, 3),
        async (batch, samples) => {
          const rows = await generate({ ...options, prompts: batch, samples });
          expect(rows).toEqual(batch.map((prompt) => alone.get(prompt)?.slice(0, samples)));
        },
      ),
      { numRuns: slow ? 3 : 6, seed: 1 },
    );
  });

  test("calls at the same time do not mix", async () => {
    const batches = prompts.map((prompt) => [prompt, prompts[0] as string]);
    const oneByOne = [];
    for (const batch of batches) oneByOne.push(await generate({ prompts: batch }));
    expect(await Promise.all(batches.map((batch) => generate({ prompts: batch })))).toEqual(oneByOne);
  });

  test("a stop text ends a sample and is not part of it", async () => {
    const [[whole]] = (await generate({ prompts: prompts.slice(0, 1) })) as [[Generation]];
    const stop = whole.text.slice(1, 3);
    const [[cut]] = (await generate({ prompts: prompts.slice(0, 1), stop: ["\u0000", stop] })) as [[Generation]];
    expect(stop).not.toBe("");
    expect(cut.text).toBe(whole.text.slice(0, whole.text.indexOf(stop)));
    expect(cut.finishReason).toBe("stop");
    expect(cut.logProbability).toBeUndefined();
  });

  test.each<[string, Partial<GenerateOptions>]>([
    ["no samples", { samples: 0 }],
    ["half a sample", { samples: 1.5 }],
    ["a sample before the first", { firstSample: -1 }],
    ["no tokens", { maximumTokens: 0 }],
    ["infinitely many tokens", { maximumTokens: Infinity }],
    ["a negative temperature", { temperature: -1 }],
    ["a temperature that is no number", { temperature: Number.NaN }],
    ["an empty nucleus", { topP: 0 }],
    ["a nucleus above everything", { topP: 1.1 }],
    ["a broken seed", { seed: 0.5 }],
    ["an empty stop text", { stop: [""] }],
  ])("refuses %s", async (_, options) => {
    await expect(generate(options)).rejects.toThrow(InvalidArgumentError);
  });
}

function tokenContract(generate: Generate, tells: boolean): void {
  test(tells ? "tells tokens with their alternatives" : "tells no tokens that were not asked for", async () => {
    const silent = (await generate({ seed: 3 })).flat();
    expect(silent.every(({ tokenLogProbabilities }) => tokenLogProbabilities === undefined)).toBe(true);
    const asked = { seed: 3, tokenLogProbabilities: true };
    const told = (await generate({ ...asked, alternatives: 3 })).flat();
    expect(told.map(({ text }) => text)).toEqual(silent.map(({ text }) => text));
    const tokens = told.flatMap(({ tokenLogProbabilities = [] }) => tokenLogProbabilities);
    for (const { text, logProbability, alternatives = [] } of tokens) {
      expect(logProbability).toBeLessThanOrEqual(0);
      const logs = alternatives.map((one) => one.logProbability);
      expect(logs).toEqual(logs.toSorted((a, b) => b - a));
      expect(logs.reduce((sum, log) => sum + Math.exp(log), 0)).toBeLessThanOrEqual(1 + 1e-5);
      // What is more probable than the last of them is among them.
      if (logProbability > (logs.at(-1) ?? Infinity)) expect(alternatives.map((one) => one.text)).toContain(text);
      if (tells) expect(alternatives).toHaveLength(3);
    }
    if (tells) expect(tokens.length).toBeGreaterThan(3);
    await expect(generate({ ...asked, alternatives: 21 })).rejects.toThrow(InvalidArgumentError);
    await expect(generate({ ...asked, alternatives: -1 })).rejects.toThrow(InvalidArgumentError);
  });
}

function scoreContract(model: () => LanguageModel, prompts: readonly string[]): void {
  const items = prompts.map((prompt, index) => ({ prompt, completion: prompts.at(index - 1) as string }));

  test("scores each item by itself", async () => {
    const scores = await model().score({ items });
    expect(scores).toHaveLength(items.length);
    for (const { logProbability, tokens } of scores) {
      expect(logProbability).toBeLessThanOrEqual(0);
      expect(tokens).toBeGreaterThanOrEqual(1);
    }
    expect(await model().score({ items: items.slice(2, 3) })).toEqual([scores[2]]);
    expect(await model().score({ items: [...items].reverse() })).toEqual([...scores].reverse());
    expect(await model().score({ items: [] })).toEqual([]);
  });
}

function logProbabilityContract(model: () => LanguageModel, prompts: readonly string[], tolerance: number): void {
  test("scores what it generated as likely as it said", async () => {
    const rows = await model().generate({ prompts, samples: 3, maximumTokens: 40, temperature: 0.9 });
    const told = rows.flatMap((row, index) =>
      row.flatMap(({ text, logProbability, finishReason, tokens }) =>
        logProbability === undefined || finishReason !== "stop"
          ? []
          : [{ prompt: prompts[index] as string, completion: text, logProbability, tokens }],
      ),
    );
    const scores = await model().score({ items: told });
    // Special tokens leave no text, so that a sample with one cannot be scored as it was.
    const compared = scores.flatMap((score, index) => {
      const { logProbability, tokens } = told[index] as (typeof told)[number];
      return score.tokens === (tokens ?? 0) + 1 ? [{ score, logProbability }] : [];
    });
    expect(compared.length).toBeGreaterThan(0);
    for (const { score, logProbability } of compared) {
      expect(Math.abs(score.logProbability - logProbability)).toBeLessThan(tolerance);
    }
  });
}
