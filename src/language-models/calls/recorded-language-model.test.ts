import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { BudgetExceededError } from "../../core/errors/budget-exceeded-error.ts";
import { InterruptedError } from "../../core/errors/interrupted-error.ts";
import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";
import { StorageError } from "../../core/errors/storage-error.ts";
import { UnsupportedCapabilityError } from "../../core/errors/unsupported-capability-error.ts";
import { KeyRefusedError } from "../endpoints/errors/key-refused-error.ts";
import type { GenerateOptions, Generation, LanguageModel, TextPiece } from "../language-model.ts";
import { ScriptedLanguageModel } from "../scripted-language-model.ts";
import { Budget, type BudgetLimits } from "./budget.ts";
import type { CallCache, CallStore } from "./call-store.ts";
import { MemoryCallStore } from "./memory-call-store.ts";
import { priceOf } from "./price.ts";
import { RecordedLanguageModel, type RecordedLanguageModelOptions } from "./recorded-language-model.ts";
import { promptTokensAtMost } from "./token-bounds.ts";

/** A model whose answers tell what they were asked for, and how often each was. */
function echo(onCall: (name: string) => Promise<void> | void = () => undefined) {
  const asked = new Map<string, number>();
  const inner = new ScriptedLanguageModel({
    id: "echo",
    answer: ({ text, sample, random }) => `${text} ${sample} ${random.integer(0, 1000)}`,
    score: (prompt, completion) => -prompt.length - completion.length,
    embed: (text) => Float32Array.of(text.length, 0.1, Number.NaN),
    tokenize: (text) => [text.length],
  });
  const count = async (name: string) => {
    asked.set(name, (asked.get(name) ?? 0) + 1);
    await onCall(name);
  };
  const model: LanguageModel = {
    id: inner.id,
    capabilities: inner.capabilities,
    generate: async (options) => {
      const { prompts, samples = 1, firstSample = 0 } = options;
      const names = prompts.flatMap((prompt) =>
        Array.from({ length: samples }, (_, sample) => `${JSON.stringify(prompt)} ${firstSample + sample}`),
      );
      await Promise.all(names.map(count));
      return inner.generate(options);
    },
    score: async (options) => {
      await Promise.all(options.items.map(({ prompt, completion }) => count(`${prompt} -> ${completion}`)));
      return inner.score(options);
    },
    embed: async (texts) => {
      await Promise.all(texts.map((text) => count(`embed ${text}`)));
      return inner.embed(texts);
    },
    tokenize: (texts) => inner.tokenize(texts),
    close: () => inner.close(),
  };
  return { model, asked, calls: inner.calls, paidTwice: () => [...asked.values()].filter((times) => times > 1).length };
}

const recorded = (model: LanguageModel, more: Partial<RecordedLanguageModelOptions> = {}) =>
  new RecordedLanguageModel({ model, revision: "1", store: new MemoryCallStore(), ...more });

function memoryCache(): CallCache & { readonly size: () => number } {
  const results = new Map<string, string>();
  return {
    results: (keys) => new Map(keys.flatMap((key) => (results.has(key) ? [[key, results.get(key) as string]] : []))),
    add: (added) => {
      for (const { key, result } of added) if (!results.has(key)) results.set(key, result);
    },
    close: () => undefined,
    size: () => results.size,
  };
}

const texts = (rows: readonly (readonly Generation[])[]) => rows.map((row) => row.map(({ text }) => text));
const ask = { maximumTokens: 20, temperature: 1 };

describe("a recorded model", () => {
  test("gives what the model gives, and asks it once for each call", async () => {
    const prompt = fc.constantFrom("a", "bc", "déf", "");
    const request = fc.record({
      prompts: fc.array(prompt, { maxLength: 4 }),
      samples: fc.integer({ min: 1, max: 4 }),
      firstSample: fc.nat(3),
      seed: fc.nat(1),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(request, { maxLength: 6 }),
        fc.constantFrom(1, 3, Infinity),
        fc.boolean(),
        async (requests, callsPerRequest, together) => {
          const { model, paidTwice } = echo(() => new Promise((resolve) => setImmediate(resolve)));
          const subject = recorded(model, { callsPerRequest, requestsAtOnce: 2 });
          const plain = echo().model;
          const expected = await Promise.all(requests.map((request) => plain.generate({ ...ask, ...request })));
          const given = together
            ? await Promise.all(requests.map((request) => subject.generate({ ...ask, ...request })))
            : [];
          if (!together) for (const request of requests) given.push(await subject.generate({ ...ask, ...request }));
          expect(given).toEqual(expected);
          // Seeds are told apart by key, but not by the counter's name.
          if (new Set(requests.map(({ seed }) => seed)).size < 2) expect(paidTwice()).toBe(0);
          expect(subject.budget.reserved.calls).toBe(0);
        },
      ),
      { numRuns: 60 },
    );
  });

  test("asks for what is missing together, in as few requests as can be", async () => {
    const { model, calls } = echo();
    const subject = recorded(model);
    await subject.generate({ ...ask, prompts: ["a", "b"], samples: 2 });
    await subject.generate({ ...ask, prompts: ["a", "b", "c"], samples: 4 });
    const asked = calls.map((call) => call.method === "generate" && call.options);
    expect(asked).toMatchObject([
      { prompts: ["a", "b"], samples: 2, firstSample: 0 },
      { prompts: ["a", "b"], samples: 2, firstSample: 2 },
      { prompts: ["c"], samples: 4, firstSample: 0 },
    ]);
  });

  test("keeps scores and vectors as well, to the bit", async () => {
    const { model, paidTwice } = echo();
    const store = new MemoryCallStore();
    const items = ["x", "yy", "x"].map((completion) => ({ prompt: "p", completion }));
    for (const subject of [recorded(model, { store }), recorded(model, { store })]) {
      expect((await subject.score({ items })).map(({ logProbability }) => logProbability)).toEqual([-2, -3, -2]);
      expect(await subject.embed(["q", "q", "rr"])).toEqual(
        [1, 1, 2].map((length) => Float32Array.of(length, 0.1, Number.NaN)),
      );
      expect(await subject.tokenize(["abc"])).toEqual([[3]]);
    }
    expect(paidTwice()).toBe(0);
    const improbable = new ScriptedLanguageModel({ score: () => -Infinity });
    const [score] = await recorded(improbable).score({ items: items.slice(0, 1) });
    expect(score?.logProbability).toBe(-Infinity);
  });

  test("other models, revisions and parameters are other calls", async () => {
    const { model, asked } = echo();
    const store = new MemoryCallStore();
    const generate = (revision: string, more: Partial<GenerateOptions> = {}) =>
      recorded(model, { store, revision }).generate({ ...ask, prompts: ["a"], ...more });
    await generate("1");
    await generate("1", { temperature: 1, topP: 1, stop: [], seed: 0, samples: 1, firstSample: 0 });
    expect(asked.get('"a" 0')).toBe(1);
    const others: Partial<GenerateOptions>[] = [
      { temperature: 0.5 },
      { topP: 0.5 },
      { stop: ["x"] },
      { seed: 1 },
      { maximumTokens: 21 },
      { tokenLogProbabilities: true },
      { tokenLogProbabilities: true, alternatives: 2 },
    ];
    for (const more of others) await generate("1", more);
    await generate("2");
    await recorded({ ...model, id: "other" }, { store }).generate({ ...ask, prompts: ["a"] });
    expect(asked.get('"a" 0')).toBe(others.length + 3);
    await recorded(model, { store }).generate({ ...ask, prompts: [[{ role: "user", content: "a" }]] });
    expect(store.counts().complete).toBe(others.length + 4);
  });

  test("takes results of other runs from a cache, free of charge, and keeps failures to itself", async () => {
    const cache = memoryCache();
    const { model, asked } = echo();
    const price = priceOf("x", [1, 1]);
    await recorded(model, { cache, price }).generate({ ...ask, prompts: ["a", "b"] });
    const store = new MemoryCallStore();
    const subject = recorded(model, { cache, store, price, budget: new Budget({ limits: { maximumCalls: 1 } }) });
    expect(texts(await subject.generate({ ...ask, prompts: ["a", "b", "c"] }))).toHaveLength(3);
    expect([...asked.values()]).toEqual([1, 1, 1]);
    expect(store.counts()).toEqual({ complete: 3, reused: 2 });
    expect(store.spending()).toMatchObject({ calls: 1 });
    const own = new MemoryCallStore();
    const failing: LanguageModel = {
      ...model,
      generate: async ({ prompts }) => prompts.map(() => [{ text: "", finishReason: "error" }]),
    };
    await recorded(failing, { cache, store: own }).generate({ ...ask, prompts: ["z"] });
    expect([own.counts().complete, cache.size()]).toEqual([1, 3]);
  });

  test("has a result on disk before anyone sees it, and its start before it is sent", async () => {
    const log: string[] = [];
    const store: CallStore = new MemoryCallStore();
    const commit = store.commit.bind(store);
    store.commit = (changes) => {
      commit(changes);
      log.push(...changes.started.map(() => "started"), ...changes.ended.map(() => "ended"));
    };
    const { model } = echo(() => {
      log.push(`sent at ${store.spending().outputTokens}`);
    });
    await recorded(model, { store }).generate({ ...ask, prompts: ["a"] });
    log.push("seen");
    expect(log).toEqual(["started", "sent at 20", "ended", "seen"]);
    expect(store.spending()).toMatchObject({ calls: 1, inputTokens: 1, outputTokens: 3 });
  });

  test("never hands out what could not be written", async () => {
    const full = new StorageError({ expected: "room", received: "none", remedy: "make some" });
    const store = new MemoryCallStore();
    const commit = store.commit.bind(store);
    store.commit = (changes) => {
      if (changes.ended.length > 0) throw full;
      commit(changes);
    };
    const { model, asked } = echo();
    const subject = recorded(model, { store });
    await expect(subject.generate({ ...ask, prompts: ["a", "b"] })).rejects.toBe(full);
    expect(subject.budget.reserved.calls).toBe(0);
    expect(subject.budget.spent).toEqual(store.spending());
    store.commit = commit;
    await subject.generate({ ...ask, prompts: ["a"] });
    expect(asked.get('"a" 0')).toBe(2);
  });

  test("equal calls at the same time are sent once, also where the first asker leaves", async () => {
    const { model, asked } = echo(() => new Promise((resolve) => setTimeout(resolve, 5)));
    const subject = recorded(model, { callsPerRequest: 1 });
    const same = Array.from({ length: 5 }, () => subject.generate({ ...ask, prompts: ["a", "b", "a"] }));
    expect(new Set((await Promise.all(same)).map((rows) => JSON.stringify(rows))).size).toBe(1);
    expect([...asked.values()]).toEqual([1, 1]);

    const leaving = new AbortController();
    const sent = Promise.withResolvers<void>();
    const slow: LanguageModel = {
      ...model,
      generate: async (options) => {
        sent.resolve();
        await new Promise((resolve) => setTimeout(resolve, 5));
        if (options.signal?.aborted === true) throw new InterruptedError({ expected: "", received: "", remedy: "" });
        return model.generate(options);
      },
    };
    const other = recorded(slow);
    const first = other.generate({ ...ask, prompts: ["c"], signal: leaving.signal });
    const second = other.generate({ ...ask, prompts: ["c"] });
    await sent.promise;
    leaving.abort();
    await expect(first).rejects.toThrow(InterruptedError);
    expect(texts(await second)).toEqual([[expect.stringMatching(/^c 0/u)]]);
    // What was on its way when the first left may have been charged.
    expect(other.budget.spent.calls).toBe(2);
  });

  test("who waits for another's call can leave", async () => {
    const [sent, answer] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const { model } = echo(() => {
      sent.resolve();
      return answer.promise;
    });
    const subject = recorded(model);
    const first = subject.generate({ ...ask, prompts: ["a"] });
    const leaving = new AbortController();
    const second = subject.generate({ ...ask, prompts: ["a"], signal: leaving.signal });
    await sent.promise;
    leaving.abort();
    await expect(second).rejects.toThrow(InterruptedError);
    answer.resolve();
    expect(texts(await first)).toHaveLength(1);
  });

  test("no more requests at once than allowed", async () => {
    let [now, most] = [0, 0];
    const { model } = echo(async () => {
      most = Math.max(most, ++now);
      await new Promise((resolve) => setImmediate(resolve));
      now--;
    });
    const subject = recorded(model, { callsPerRequest: 1, requestsAtOnce: 3 });
    const prompts = Array.from({ length: 20 }, (_, index) => String(index));
    await Promise.all([
      subject.generate({ ...ask, prompts }),
      subject.generate({ ...ask, prompts: prompts.map((prompt) => `${prompt}!`) }),
    ]);
    expect(most).toBe(3);
  });

  test("one failing request ends the others well, and nothing more is sent", async () => {
    const refused = new KeyRefusedError({ expected: "a key", received: "none", remedy: "set it" });
    const store = new MemoryCallStore();
    const failed = Promise.withResolvers<void>();
    const commit = store.commit.bind(store);
    store.commit = (changes) => {
      commit(changes);
      if (changes.ended.length > 0) setTimeout(failed.resolve, 5);
    };
    const { model, asked } = echo(async (name) => {
      if (name.startsWith('"2"')) throw refused;
      await failed.promise;
    });
    const subject = recorded(model, { store, callsPerRequest: 1, requestsAtOnce: 4 });
    const prompts = Array.from({ length: 20 }, (_, index) => String(index));
    await expect(subject.generate({ ...ask, prompts })).rejects.toBe(refused);
    expect([asked.size, store.counts().complete]).toEqual([4, 3]);
    // Refused at the door: not charged.
    expect(subject.budget.spent.calls).toBe(3);
    expect(store.spending()).toEqual(subject.budget.spent);
  });

  test("where another's call fails that was waited for, the own ones are kept first", async () => {
    const [sent, failing] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    const { model } = echo(async (name) => {
      if (name.startsWith('"a"')) {
        await failing.promise;
        throw new Error("lost");
      }
      sent.resolve();
      await new Promise((resolve) => setTimeout(resolve, 5));
    });
    const store = new MemoryCallStore();
    const subject = recorded(model, { store, callsPerRequest: 1 });
    const first = subject.generate({ ...ask, prompts: ["a"] });
    const second = subject.generate({ ...ask, prompts: ["a", "b"] });
    const ended = Promise.allSettled([first, second]);
    await sent.promise;
    failing.resolve();
    await expect(second).rejects.toThrow("lost");
    expect(store.counts().complete).toBe(1);
    expect((await ended).map(({ status }) => status)).toEqual(["rejected", "rejected"]);
  });

  test("what failed otherwise may have been charged, and may be sent again", async () => {
    let fails = true;
    const { model } = echo(() => {
      if (fails) throw new Error("the connection broke");
    });
    const store = new MemoryCallStore();
    const subject = recorded(model, { store });
    const options = { ...ask, prompts: ["a"] };
    await expect(subject.generate(options)).rejects.toThrow("the connection broke");
    const worst = { calls: 1, inputTokens: promptTokensAtMost("a"), outputTokens: 20 };
    expect(store.spending()).toMatchObject(worst);
    fails = false;
    await subject.generate(options);
    expect(store.spending()).toMatchObject({ calls: 2, inputTokens: worst.inputTokens + 1 });
  });

  test("an attempt that was lost on the way counts before the next one is sent", async () => {
    const inner = echo().model;
    const model: LanguageModel = {
      ...inner,
      generate: async (options) => {
        await options.beforeRepeating?.({ prompt: 0, sample: 0 });
        await options.beforeRepeating?.({ prompt: 0, sample: 0 });
        return inner.generate(options);
      },
    };
    const store = new MemoryCallStore();
    await recorded(model, { store }).generate({ ...ask, prompts: ["a"] });
    expect(store.spending()).toMatchObject({ calls: 3, outputTokens: 43 });
    const budget = new Budget({ limits: { maximumCalls: 2 } });
    const capped = recorded(model, { budget });
    await expect(capped.generate({ ...ask, prompts: ["b"] })).rejects.toThrow(BudgetExceededError);
    expect(budget.spent.calls).toBe(2);
  });

  test("under a cap, what fits is sent, kept and found again; the rest is told", async () => {
    const prompts = Array.from({ length: 30 }, (_, index) => String(index));
    for (const callsPerRequest of [1, 4, Infinity]) {
      const { model, asked, paidTwice } = echo();
      const store = new MemoryCallStore();
      const withCap = (limits: BudgetLimits) =>
        recorded(model, { store, callsPerRequest, budget: new Budget({ limits, spent: store.spending() }) });
      await expect(withCap({ maximumCalls: 11 }).generate({ ...ask, prompts })).rejects.toThrow(BudgetExceededError);
      expect([asked.size, store.counts().complete]).toEqual([11, 11]);
      await expect(withCap({ maximumCalls: 11 }).generate({ ...ask, prompts })).rejects.toThrow(BudgetExceededError);
      expect(asked.size).toBe(11);
      const rows = await withCap({ maximumCalls: 30 }).generate({ ...ask, prompts });
      expect(rows).toEqual(await echo().model.generate({ ...ask, prompts }));
      expect(paidTwice()).toBe(0);
    }
  });

  test("a cap on tokens and one on dollars hold at every moment, and are used well", async () => {
    const price = priceOf("x", [1000, 2000]);
    for (const limits of [{ maximumTokens: 1500 }, { maximumUsd: 1.5 }]) {
      const store = new MemoryCallStore();
      const budget = new Budget({ limits });
      let most = 0;
      const spent = () => (limits.maximumUsd === undefined ? total(store) : store.spending().nanodollars / 1e9);
      const { model } = echo(() => {
        most = Math.max(most, spent());
      });
      const subject = recorded(model, { store, budget, price, callsPerRequest: 1 });
      const prompts = Array.from({ length: 1000 }, (_, index) => String(index));
      await expect(subject.generate({ ...ask, prompts })).rejects.toThrow(BudgetExceededError);
      const cap = limits.maximumUsd ?? limits.maximumTokens ?? 0;
      expect(most).toBeLessThanOrEqual(cap);
      // Each call takes 4 tokens of up to about 100 that it reserves: the rest was given back.
      expect(spent()).toBeGreaterThan(0.9 * cap);
      expect(spent()).toBeLessThanOrEqual(cap);
    }
  });

  test("what is recorded needs no budget", async () => {
    const { model } = echo();
    const store = new MemoryCallStore();
    const options = { ...ask, prompts: ["a", "b"] };
    const rows = await recorded(model, { store }).generate(options);
    const budget = new Budget({ limits: { maximumCalls: 0 } });
    expect(await recorded(model, { store, budget }).generate(options)).toEqual(rows);
  });

  test("a model whose price is not known is refused under a cap of dollars before anything is sent", async () => {
    const { model, asked } = echo();
    const budget = new Budget({ limits: { maximumUsd: 5 } });
    const asking = recorded(model, { budget }).generate({ ...ask, prompts: ["a"] });
    await expect(asking).rejects.toThrow(InvalidArgumentError);
    expect(asked.size).toBe(0);
  });

  test("refuses output without a bound, and counts below 1", async () => {
    const { model } = echo();
    const asking = recorded(model).generate({ prompts: ["a"], maximumTokens: Infinity });
    await expect(asking).rejects.toThrow(InvalidArgumentError);
    expect(() => recorded(model, { requestsAtOnce: 0 })).toThrow(InvalidArgumentError);
    expect(() => recorded(model, { callsPerRequest: Number.NaN })).toThrow(InvalidArgumentError);
  });

  test("leaves what the model cannot to the model", async () => {
    const subject = recorded(new ScriptedLanguageModel({ answer: () => "" }));
    await expect(subject.score({ items: [] })).rejects.toThrow(UnsupportedCapabilityError);
    await expect(subject.embed([])).rejects.toThrow(UnsupportedCapabilityError);
  });

  test("tells every sample's text once, recorded or new", async () => {
    const { model } = echo();
    const subject = recorded(model);
    const told = async (options: GenerateOptions) => {
      const pieces: TextPiece[] = [];
      const rows = await subject.generate({ ...options, onText: (piece) => pieces.push(piece) });
      const joined = texts(rows).map((row) => row.map(() => ""));
      for (const { prompt, sample, text } of pieces) (joined[prompt] as string[])[sample] += text;
      expect(joined).toEqual(texts(rows));
    };
    await told({ ...ask, prompts: ["a", "b", "a"], samples: 2 });
    await told({ ...ask, prompts: ["c", "a"], samples: 3, firstSample: 1 });
  });

  test("an address's user, password and query never reach the store", async () => {
    const store = new MemoryCallStore();
    const seen: unknown[] = [];
    const commit = store.commit.bind(store);
    store.commit = (changes) => {
      seen.push(changes);
      commit(changes);
    };
    const { model } = echo();
    const id = "https://me:s3cret@host.example:8000/v1?key=hidden#llama";
    await recorded({ ...model, id }, { store }).generate({ ...ask, prompts: ["a"] });
    const text = JSON.stringify(seen);
    expect(text).toContain("https://host.example:8000/v1#llama");
    expect(text).not.toMatch(/s3cret|hidden|me:/u);
  });
});

function total(store: CallStore): number {
  const { inputTokens, outputTokens } = store.spending();
  return inputTokens + outputTokens;
}
