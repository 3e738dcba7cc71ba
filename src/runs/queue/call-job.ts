/**
 * A call of a language model as a job, and its outcome, as JSON text. Both are parsed as untrusted: whoever can write to
 * the queue can write them.
 */
import { z } from "zod";
import { CorruptFileError } from "../../core/errors/corrupt-file-error.ts";
import { quotedText } from "../../core/quoted-text.ts";
import type { CallContent } from "../../language-models/calls/call-key.ts";
import { decodeResult, decodeVector, encodeResult, encodeVector } from "../../language-models/calls/stored-results.ts";
import type { Generation, LanguageModelCapability, Score } from "../../language-models/language-model.ts";

/** What a model is asked: a call, or what it can do at all. */
export type Ask = CallContent | { readonly kind: "describe" };

/** What a model is: asked once, so that every process of a run takes it for the same. */
export interface ModelDescription {
  readonly capabilities: readonly LanguageModelCapability[];
  readonly contextLength?: number;
  readonly addedPromptTokens?: number;
}

/** Results by kind of call. */
export interface AskResults {
  readonly generate: Generation;
  readonly score: Score;
  readonly embed: Float32Array;
  readonly describe: ModelDescription;
}

const message = z.object({ role: z.enum(["system", "user", "assistant"]), content: z.string() });
const prompt = z.union([z.string(), z.array(message)]);
const whole = z.number().int().min(0);
const ask = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("generate"),
    prompt,
    sample: whole,
    maximumTokens: whole.min(1),
    temperature: z.number().min(0),
    topP: z.number().gt(0).max(1),
    stop: z.array(z.string().min(1)),
    seed: z.number().int(),
    tokenLogProbabilities: z.boolean(),
    alternatives: whole.max(20).exactOptional(),
  }),
  z.object({ kind: z.literal("score"), prompt, completion: z.string() }),
  z.object({ kind: z.literal("embed"), text: z.string() }),
  z.object({ kind: z.literal("describe") }),
]);
const callJob = z.object({ format: z.literal(1), model: z.string().min(1).max(1000), ask });

/** A call and the model that it is for. */
export type CallJob = z.output<typeof callJob>;

// Infinities are numbers too: a log probability may be one.
const number = z.custom<number>((value) => typeof value === "number");
const tokenProbability = z.object({ text: z.string(), logProbability: number });
const generation = z.object({
  text: z.string(),
  finishReason: z.enum(["stop", "length", "refusal", "error", "other"]),
  promptTokens: whole.exactOptional(),
  tokens: whole.exactOptional(),
  logProbability: number.exactOptional(),
  tokenLogProbabilities: z
    .array(tokenProbability.extend({ alternatives: z.array(tokenProbability).exactOptional() }))
    .exactOptional(),
  failure: z.string().exactOptional(),
});
const score = z.object({ logProbability: number, tokens: whole, greedy: z.boolean() });
/** Tokenising is no call, and is left out: it is free where the model is, and nowhere else. */
const description = z.object({
  capabilities: z.array(z.enum(["generate", "score", "embed"])),
  contextLength: whole.min(1).exactOptional(),
  addedPromptTokens: whole.exactOptional(),
});
const schemas: Readonly<Record<Exclude<Ask["kind"], "embed">, z.ZodType>> = {
  generate: generation,
  score,
  describe: description,
};
const told = z.string().max(5000);

/** What an error says of itself. */
export const errorData = z.object({ name: told, expected: told, received: told, remedy: told });
export type ErrorData = z.output<typeof errorData>;

/** Attempts that may have been charged although no answer came. */
const lost = whole.max(1000);
const success = z.object({ lost, result: z.unknown() });
const failure = z.object({ lost, error: errorData });

/** A job's payload. */
export function encodeCallJob(model: string, asked: Ask): string {
  return JSON.stringify({ format: 1, model, ask: asked });
}

/** Throws CorruptFileError for anything but a payload. */
export function decodeCallJob(payload: string): CallJob {
  return parse(payload, callJob, "a call in the queue as illume writes it");
}

/** A result's text. */
export function encodeSuccess(kind: Ask["kind"], result: AskResults[Ask["kind"]], lost: number): string {
  const text = kind === "embed" ? encodeVector(result as Float32Array) : encodeResult(result);
  return JSON.stringify({ lost, result: text });
}

/** A failure's text. */
export function encodeFailure(error: ErrorData, lost: number): string {
  return JSON.stringify({ lost, error });
}

/** Throws CorruptFileError for anything but a result of such a call. */
export function decodeSuccess<Kind extends Ask["kind"]>(
  kind: Kind,
  text: string,
): { readonly lost: number; readonly result: AskResults[Kind] } {
  const expected = `a result in the queue of the kind ${kind}`;
  const { lost, result } = parse(text, success, expected);
  const inner = typeof result === "string" ? result : "";
  if (kind === "embed") return { lost, result: vectorOf(inner, expected) as AskResults[Kind] };
  const decoded = parse(inner, schemas[kind as Exclude<Ask["kind"], "embed">], expected, decodeResult);
  return { lost, result: decoded as AskResults[Kind] };
}

/** Undefined where the text is no failure of illume's. */
export function decodeFailure(text: string): z.output<typeof failure> | undefined {
  try {
    return failure.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function vectorOf(text: string, expected: string): Float32Array {
  const base64 = parse(text, z.base64(), expected);
  if (Buffer.byteLength(base64, "base64") % 4 !== 0) throw unusable(expected, "half a number");
  return decodeVector(text);
}

function parse<Value>(
  text: string,
  schema: z.ZodType<Value>,
  expected: string,
  read: (text: string) => unknown = JSON.parse,
): Value {
  let document: unknown;
  try {
    document = read(text);
  } catch {
    throw unusable(expected, "no JSON");
  }
  const parsed = schema.safeParse(document);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw unusable(expected, quotedText(`${issue?.path.map(String).join(".") ?? ""}: ${issue?.message ?? "else"}`));
}

function unusable(expected: string, received: string): CorruptFileError {
  const remedy = "see who else writes to this redis, and that all workers are of this version";
  return new CorruptFileError({ expected, received, remedy });
}
