import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CorruptFileError } from "../../core/errors/corrupt-file-error.ts";
import { IllumeError } from "../../core/errors/illume-error.ts";
import { ContextLengthError } from "../../language-models/context-length-error.ts";
import { QuotaExhaustedError } from "../../language-models/endpoints/errors/quota-exhausted-error.ts";
import {
  type Ask,
  decodeCallJob,
  decodeFailure,
  decodeSuccess,
  encodeCallJob,
  encodeFailure,
  encodeSuccess,
} from "./call-job.ts";
import { errorFromData, errorToData } from "./error-data.ts";
import { QueueError } from "./queue-error.ts";

const generate = {
  kind: "generate",
  prompt: [{ role: "user", content: "Which tree?" }],
  sample: 2,
  maximumTokens: 8,
  temperature: 0.5,
  topP: 1,
  stop: ["\n"],
  seed: -7,
  tokenLogProbabilities: false,
} as const;

describe("a call as a job", () => {
  test("comes back as it was", () => {
    const asked: Ask[] = [
      generate,
      { ...generate, tokenLogProbabilities: true, alternatives: 20 },
      { ...generate, prompt: "plain \u{1f333} text" },
      { kind: "score", prompt: "a", completion: "b" },
      { kind: "embed", text: "c" },
      { kind: "describe" },
    ];
    for (const ask of asked) {
      expect(decodeCallJob(encodeCallJob("openai:a", ask))).toEqual({ format: 1, model: "openai:a", ask });
    }
  });

  test.each([
    "",
    "null",
    "[]",
    '{"format":2,"model":"a","ask":{"kind":"describe"}}',
    '{"format":1,"model":"","ask":{"kind":"describe"}}',
    `{"format":1,"model":"${"a".repeat(2000)}","ask":{"kind":"describe"}}`,
    '{"format":1,"model":"a","ask":{"kind":"eval","code":"process.exit()"}}',
    JSON.stringify({ format: 1, model: "a", ask: { ...generate, maximumTokens: 1e300 } }),
    JSON.stringify({ format: 1, model: "a", ask: { ...generate, prompt: [{ role: "tool", content: "" }] } }),
    JSON.stringify({ format: 1, model: "a", ask: { ...generate, temperature: null } }),
  ])("number %$ of what looks like one is none", (text) => {
    expect(() => decodeCallJob(text)).toThrow(CorruptFileError);
  });

  test("names of prototypes are no settings", () => {
    const text =
      '{"format":1,"model":"a","__proto__":{"polluted":1},"ask":{"kind":"describe","__proto__":{"polluted":1}}}';
    expect("polluted" in decodeCallJob(text)).toBe(false);
    expect(({} as { polluted?: number }).polluted).toBeUndefined();
  });
});

describe("a result", () => {
  test("comes back as it was, with infinities and vectors", () => {
    const generation = {
      text: "an oak",
      finishReason: "stop",
      promptTokens: 3,
      tokens: 2,
      logProbability: -Infinity,
      tokenLogProbabilities: [
        { text: "an", logProbability: Number.NaN },
        { text: " oak", logProbability: -1, alternatives: [{ text: " ash", logProbability: -0.5 }] },
      ],
    } as const;
    expect(decodeSuccess("generate", encodeSuccess("generate", generation, 2))).toEqual({
      lost: 2,
      result: generation,
    });
    const score = { logProbability: -Infinity, tokens: 2, greedy: true };
    expect(decodeSuccess("score", encodeSuccess("score", score, 0))).toEqual({ lost: 0, result: score });
    const description = { capabilities: ["generate"], contextLength: 10 } as const;
    expect(decodeSuccess("describe", encodeSuccess("describe", description, 0)).result).toEqual(description);
    fc.assert(
      fc.property(fc.float32Array(), (vector) => {
        expect(decodeSuccess("embed", encodeSuccess("embed", vector, 0)).result).toEqual(vector);
      }),
    );
  });

  test("of another kind, or of none, is refused", () => {
    const score = encodeSuccess("score", { logProbability: 0, tokens: 1, greedy: true }, 0);
    for (const kind of ["generate", "embed", "describe"] as const) {
      expect(() => decodeSuccess(kind, score)).toThrow(CorruptFileError);
    }
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), fc.constantFrom("generate", "score"), (text, kind) => {
        expect(() => decodeSuccess(kind, text)).toThrow(CorruptFileError);
        expect(() => decodeSuccess(kind, JSON.stringify({ lost: 0, result: text }))).toThrow(CorruptFileError);
      }),
    );
    expect(() => decodeSuccess("embed", '{"lost":0,"result":"\\"AAA=\\""}')).toThrow(CorruptFileError);
  });
});

describe("an error", () => {
  const parts = { expected: "a", received: "b", remedy: "c" };
  const across = (error: unknown, secrets?: readonly string[]) => {
    const told = decodeFailure(encodeFailure(errorToData(error, secrets), 3));
    return told === undefined ? undefined : { lost: told.lost, error: errorFromData(told.error) };
  };

  test("stays what it was", () => {
    for (const Kind of [QuotaExhaustedError, ContextLengthError, CorruptFileError]) {
      const found = across(new Kind(parts));
      expect(found?.error).toBeInstanceOf(Kind);
      expect(found).toMatchObject({ lost: 3, error: { ...parts, name: Kind.name } });
    }
  });

  test("that nobody foresaw pauses the run, and repeats no key", () => {
    const found = across(new TypeError("cannot read my-own-secret of sk-abcdefghijkl"), ["my-own-secret"]);
    expect(found?.error).toBeInstanceOf(QueueError);
    expect(found?.error.message).toContain("TypeError");
    expect(found?.error.message).not.toMatch(/my-own-secret|abcdefghijkl/u);
  });

  test("of a name that a hostile queue makes up is a QueueError", () => {
    const error = errorFromData({ name: "constructor", ...parts });
    expect([error instanceof QueueError, error instanceof IllumeError]).toEqual([true, true]);
    expect(decodeFailure("no JSON")).toBeUndefined();
    expect(decodeFailure('{"lost":-1,"error":{}}')).toBeUndefined();
  });
});
