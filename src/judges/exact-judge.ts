/** Judges that need no model: a regular expression or a JSON schema says of each response whether it passes. */
import { readFileSync } from "node:fs";
import { CorruptFileError } from "../core/errors/corrupt-file-error.ts";
import { fileSystemFailure } from "../core/errors/file-system-failure.ts";
import { InvalidArgumentError } from "../core/errors/invalid-argument-error.ts";
import { quotedText } from "../core/quoted-text.ts";
import { type ExactCheck, exactTest } from "./exact-check.ts";
import { ExactThread } from "./exact-thread.ts";
import type { Judge } from "./judge.ts";
import { makeJudge, oneScore } from "./make-judge.ts";

/** What is looked for, and how long a text may take. */
export interface ExactJudgeOptions {
  /** "pass": responses that pass score 1, the others 0; "fail": the other way round (default "pass"). */
  readonly wanted?: "pass" | "fail";
  /** Milliseconds for one response, after which it counts as one that could not be read (default 1,000). */
  readonly timeLimit?: number;
}

/** A regular expression that is looked for anywhere in a response. */
export interface RegularExpressionJudgeOptions extends ExactJudgeOptions {
  /** JavaScript's syntax, without slashes around it. */
  readonly pattern: string;
  /** Default "u". */
  readonly flags?: string;
}

/** A JSON schema for whole responses. */
export interface JsonSchemaJudgeOptions extends ExactJudgeOptions {
  /** The schema as a value, or the path of its file. */
  readonly schema: object | boolean | { readonly file: string };
}

/** Capable of "score"; no call. Throws InvalidArgumentError for a pattern that is none. */
export function regularExpressionJudge(options: RegularExpressionJudgeOptions): Judge {
  const { pattern: source, flags = "u" } = options;
  return exactJudge(`regular expression ${quotedText(source, 40)}`, { kind: "pattern", source, flags }, options);
}

/**
 * Capable of "score"; no call. A response is JSON as a whole or one fenced block of it. Throws InvalidArgumentError for
 * schemas with keywords that are not checked (json-schema.ts), StorageError and CorruptFileError for files.
 */
export function jsonSchemaJudge(options: JsonSchemaJudgeOptions): Judge {
  const { schema } = options;
  const file =
    typeof schema === "object" && "file" in schema && typeof schema.file === "string" ? schema.file : undefined;
  const check: ExactCheck = { kind: "schema", schema: file === undefined ? schema : readJson(file) };
  return exactJudge(`JSON schema${file === undefined ? "" : ` ${quotedText(file, 60)}`}`, check, options);
}

function exactJudge(id: string, check: ExactCheck, { wanted = "pass", timeLimit = 1000 }: ExactJudgeOptions): Judge {
  // Made here too, so that a wrong one is told before any response is there.
  try {
    exactTest(check);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const remedy = "correct it, or escape what is meant literally";
    throw new InvalidArgumentError({ expected: "a regular expression", received: error.message, remedy });
  }
  if (!(timeLimit > 0)) {
    const expected = "a time limit above 0 milliseconds";
    throw new InvalidArgumentError({ expected, received: String(timeLimit), remedy: "correct it, or leave it out" });
  }
  const thread = new ExactThread(check, timeLimit);
  return makeJudge(id, {
    score: async (items, { signal }) => {
      const results = await thread.test(
        items.map(({ response }) => response),
        signal,
      );
      return results.map((result) => {
        if (result === undefined) return oneScore(undefined, 0, { reason: `no result within ${timeLimit} ms` });
        return oneScore(result.passed === (wanted === "pass") ? 1 : 0, 0, { reason: result.reason });
      });
    },
    close: () => thread.close(),
  });
}

function readJson(file: string): unknown {
  try {
    return JSON.parse(readFileSync(file, "utf8")) as unknown;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw fileSystemFailure(error, "to read the JSON schema", file);
    throw new CorruptFileError({
      expected: `a JSON schema in ${quotedText(file, 1000)}`,
      received: error.message,
      remedy: "correct the file",
    });
  }
}
