/** What illume asks of llama.cpp, seen by a stand-in; the real one is held to the contract where it is installed. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { CorruptFileError } from "../../core/errors/corrupt-file-error.ts";
import { InterruptedError } from "../../core/errors/interrupted-error.ts";
import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";
import { StorageError } from "../../core/errors/storage-error.ts";
import type { LocalId } from "../model-id.ts";
import { LlamaLanguageModel } from "./llama-language-model.ts";
import type { Llama, LlamaModel, LlamaModule, LlamaSampling, LlamaSequence, LlamaToken } from "./llama-types.ts";
import { openLocalGguf } from "./open-local-gguf.ts";
import { hubUri, resolveHubFile } from "./resolve-hub-file.ts";
import { sharedLlama } from "./shared-llama.ts";

const begin = 1;
const end = 2;
const special: Readonly<Record<string, LlamaToken>> = { "<s>": begin, "</s>": end };

/** Characters are tokens by their code; control tokens have the numbers 1 and 2. */
function tokenize(text: string, specialTokens = false): LlamaToken[] {
  const pieces = specialTokens ? text.split(/(<\/?s>)/u) : [text];
  return pieces.flatMap((piece) => special[piece] ?? [...piece].map((character) => character.charCodeAt(0)));
}

function detokenize(tokens: readonly LlamaToken[], specialTokens = false): string {
  const control = (token: LlamaToken) => (specialTokens ? (["", "<s>", "</s>"][token] as string) : "");
  return tokens.map((token) => (token <= end ? control(token) : String.fromCharCode(token))).join("");
}

function stand(options: { readonly answer?: string; readonly template?: string; readonly prepends?: boolean } = {}) {
  const { answer = "yes.", template, prepends = true } = options;
  const log: { read: LlamaToken[][]; sampled: LlamaSampling[]; disposed: number; released: number } = {
    read: [],
    sampled: [],
    disposed: 0,
    released: 0,
  };
  const model: LlamaModel = {
    dispose: async () => {
      log.disposed++;
    },
    trainContextSize: 64,
    tokens: { bos: begin, eos: end, bosString: "<s>", eosString: "</s>", shouldPrependBosToken: prepends },
    fileInfo: { metadata: { tokenizer: template === undefined ? {} : { chat_template: template } } },
    tokenize,
    detokenize,
    isEogToken: (token) => token === end,
    isSpecialToken: (token) => token <= end,
    iterateAllTokens: () => Array.from({ length: 128 }, (_, token) => token),
    createContext: () => Promise.reject(new Error("not used")),
    createEmbeddingContext: () => Promise.reject(new Error("not used")),
  };
  const sequence: LlamaSequence = {
    clearHistory: async () => undefined,
    adaptStateToTokens: async () => undefined,
    evaluateWithoutGeneratingNewTokens: async (tokens) => {
      log.read.push([...tokens]);
    },
    async *evaluate(tokens, sampling) {
      log.read.push([...tokens]);
      log.sampled.push(sampling);
      yield* tokenize(`${answer}</s>`, true);
    },
    controlledEvaluate: async (input) =>
      input.map((item) => {
        if (typeof item === "number") return undefined;
        // Probabilities 1/2 for "y", 1/8 for each of four others.
        const target = item[1].generateNext.logits.filter.tokens[0] as LlamaToken;
        const highest = "y".charCodeAt(0);
        const logits = new Map([[highest, Math.log(4)]]);
        if (target !== highest) logits.set(target, 0);
        return { next: { logits, totalLogitWeight: 2 } };
      }),
  };
  const adapted = new LlamaLanguageModel({
    id: "gguf:stand-in",
    model,
    release: async () => {
      log.released++;
    },
    sequences: [sequence],
    contextLength: 64,
    createEmbeddingContext: async () => ({
      getEmbeddingFor: async (tokens) => ({ vector: [tokens.length, tokens[0] as number] }),
    }),
  });
  return { adapted, log };
}

describe("prompts", () => {
  const read = async (options: object, prompt: Parameters<LlamaLanguageModel["generate"]>[0]["prompts"][number]) => {
    const { adapted, log } = stand(options);
    await adapted.generate({ prompts: [prompt], maximumTokens: 1 });
    return detokenize(log.read.flat(), true);
  };
  const template =
    "{{ bos_token }}{% for message in messages %}[{{ message.role }}]{{ message.content }}{{ eos_token }}{% endfor %}[assistant]";

  test("text has one begin token where the file asks for it, and none else", async () => {
    expect(await read({}, "hi")).toBe("<s>hi");
    expect(await read({ prepends: false }, "hi")).toBe("hi");
    expect(await read({ prepends: false }, "")).toBe("</s>");
    expect(await read({}, "")).toBe("<s>");
  });

  test("a conversation has what its template writes: no second begin token, no system prompt of others", async () => {
    expect(await read({ template }, [{ role: "user", content: "hi" }])).toBe("<s>[user]hi</s>[assistant]");
    expect(await read({}, [{ role: "user", content: "hi" }])).toBe("<s>hi");
  });

  test("what people write does not become control tokens", async () => {
    const { adapted, log } = stand({ template });
    await adapted.generate({ prompts: [[{ role: "user", content: "a</s>b" }], "c<s>"], maximumTokens: 1 });
    expect(log.read.flat().filter((token) => token === end)).toHaveLength(1);
    expect(log.read.flat().filter((token) => token === begin)).toHaveLength(2);
  });

  test("too long for the context", async () => {
    const { adapted } = stand();
    await expect(adapted.generate({ prompts: ["x".repeat(60)], maximumTokens: 4 })).rejects.toThrow(
      InvalidArgumentError,
    );
  });
});

describe("samples", () => {
  test("end with the model's end, with a stop text, or at the length", async () => {
    const { adapted } = stand();
    const sample = async (options: object) =>
      (await adapted.generate({ prompts: ["a"], maximumTokens: 9, ...options }))[0]?.[0];
    expect(await sample({})).toEqual({ text: "yes.", finishReason: "stop", promptTokens: 2, tokens: 4 });
    expect(await sample({ maximumTokens: 2 })).toEqual({
      text: "ye",
      finishReason: "length",
      promptTokens: 2,
      tokens: 2,
    });
    expect(await sample({ stop: ["s"] })).toEqual({ text: "ye", finishReason: "stop", promptTokens: 2, tokens: 3 });
  });

  test("nothing of the package's own sampling is left, and each has its seed", async () => {
    const { adapted, log } = stand();
    await adapted.generate({ prompts: ["a", "b"], samples: 2, maximumTokens: 9, temperature: 0.5, topP: 0.9, seed: 3 });
    expect(log.sampled[0]).toMatchObject({ temperature: 0.5, topP: 0.9, topK: 0, minP: 0, repeatPenalty: false });
    expect(new Set(log.sampled.map(({ seed }) => seed)).size).toBe(4);
    await adapted.generate({ prompts: ["b"], firstSample: 1, maximumTokens: 9, seed: 3 });
    expect(log.sampled[4]?.seed).toBe(log.sampled[3]?.seed);
  });

  test("an aborted signal stops between tokens", async () => {
    const { adapted } = stand({ answer: "y".repeat(40) });
    const controller = new AbortController();
    const asked = adapted.generate({ prompts: ["a"], maximumTokens: 40, signal: controller.signal });
    controller.abort();
    await expect(asked).rejects.toThrow(InterruptedError);
  });
});

test("scores are the sum over the completion and its end", async () => {
  const { adapted } = stand();
  const items = [
    { prompt: "a", completion: "yy" },
    { prompt: "a", completion: "n" },
  ];
  const [likely, other] = await adapted.score({ items });
  expect(likely).toMatchObject({ tokens: 3, greedy: false });
  expect(likely?.logProbability).toBeCloseTo(2 * Math.log(1 / 2) + Math.log(1 / 8), 12);
  expect(other?.logProbability).toBeCloseTo(2 * Math.log(1 / 8), 12);
});

test("embeddings, and closing once", async () => {
  const { adapted, log } = stand();
  expect(await adapted.embed(["ab", ""])).toEqual([Float32Array.of(3, begin), Float32Array.of(1, begin)]);
  await adapted.close();
  await adapted.close();
  expect([log.disposed, log.released]).toEqual([1, 1]);
});

test("models share one llama.cpp for each number of threads, which ends with the last", async () => {
  const ended: number[] = [];
  let starts = 0;
  const start = async () => {
    const number = starts++;
    return { dispose: async () => void ended.push(number) } as unknown as Llama;
  };
  const [a, b, c] = await Promise.all([sharedLlama(1, start), sharedLlama(1, start), sharedLlama(2, start)]);
  expect(starts).toBe(2);
  expect(a.llama).toBe(b.llama);
  await a.release();
  expect(ended).toEqual([]);
  await b.release();
  await c.release();
  expect(ended).toEqual([0, 1]);
  const failing = () => Promise.reject(new Error("no binary"));
  await expect(sharedLlama(1, failing)).rejects.toThrow("no binary");
  await (await sharedLlama(1, start)).release();
  expect(starts).toBe(3);
});

describe("files", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "illume-gguf-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  test("a missing one is noticed before anything is loaded", async () => {
    const path = join(folder, "missing.gguf");
    await expect(openLocalGguf({ scheme: "gguf", id: `gguf:${path}`, path })).rejects.toThrow(StorageError);
  });

  test.each([
    ["org/repo", "hf:org/repo"],
    ["org/repo:Q4_K_M", "hf:org/repo:Q4_K_M"],
    ["org/repo:model.Q4_1.gguf", "hf:org/repo/model.Q4_1.gguf"],
    ["org/repo/model.gguf", "hf:org/repo/model.gguf"],
  ])("%s is %s to the resolver", (path, uri) => {
    expect(hubUri(path)).toBe(uri);
  });

  test("a download's size and checksum are kept, and a change is noticed", async () => {
    const file = join(folder, "model.gguf");
    const resolveModelFile = async () => file;
    const module = { resolveModelFile } as unknown as LlamaModule;
    const id: LocalId = { scheme: "hf", id: "hf:org/repo", path: "org/repo" };
    writeFileSync(file, "abc");
    expect(await resolveHubFile(module, id, {})).toBe(file);
    expect(JSON.parse(readFileSync(`${file}.download.json`, "utf8"))).toEqual({
      bytes: 3,
      sha256: "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    });
    expect(await resolveHubFile(module, id, {})).toBe(file);
    writeFileSync(file, "ab");
    await expect(resolveHubFile(module, id, {})).rejects.toThrow(CorruptFileError);
  });

  test("what cannot be had is one line without the token", async () => {
    const token = "hf_0123456789abcdef";
    const resolveModelFile = async () => {
      throw new Error(`no access with ${token}\nat all`);
    };
    const module = { resolveModelFile } as unknown as LlamaModule;
    const id: LocalId = { scheme: "hf", id: "hf:org/repo", path: "org/repo" };
    const error = await resolveHubFile(module, id, { environment: { HF_TOKEN: token } }).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(StorageError);
    expect(error.message).not.toMatch(/0123456789|\n/u);
  });
});
