/**
 * illume's side: its own engine on the same file's weights, greedy, all sequences at once. `precision` is that of the
 * weights; where it is not "float32", how far log probabilities are from those of float32 is measured and recorded.
 */
import { resolve } from "node:path";
import { encodePrompt } from "../../src/language-models/encode-prompt.ts";
import { ContinuousPool } from "../../src/language-models/engine/continuous/continuous-pool.ts";
import { precisionDivergence } from "../../src/language-models/engine/continuous/precision-divergence.ts";
import type { WeightPrecision } from "../../src/language-models/engine/weight-precision.ts";
import { openPretrained } from "../../src/language-models/pretrained/open-pretrained.ts";
import { leavesOf } from "../../src/tensor/tree.ts";
import { type Request, serve, timed } from "../serve.ts";
import { newTokens, prompts } from "./prompts.ts";

const contextLength = 128;
/** Prompts on which precisions are compared. */
const comparedPrompts = 32;

async function prepare(request: Request) {
  const { shape, parameters, tokenizer } = await openPretrained(resolve(String(request.model)));
  const arrays = leavesOf(parameters).map(({ tensor }) => tensor.data as Float32Array);
  const poolOf = (precision: WeightPrecision) =>
    new ContinuousPool(
      { shape, arrays, continuous: { precision, contextLength, threads: Number(request.threads) } },
      Number(request.sessions),
    );
  const all = prompts.map((prompt) => encodePrompt(tokenizer, prompt));
  const encoded = all.slice(0, Number(request.batch));
  const job = {
    kind: "sample",
    requests: encoded.map((prompt) => ({ prompt, streams: [{ seed: 0, path: [] }] })),
    maximumTokens: newTokens,
    temperature: 0,
    topP: 1,
    stopTokens: [],
  } as const;
  const precision = String(request.precision) as WeightPrecision;
  const exact = precision === "float32" ? undefined : poolOf("float32");
  const pool = poolOf(precision);
  const divergence = exact && (await precisionDivergence(exact, pool, all.slice(0, comparedPrompts)));
  await exact?.close();
  const operation = async () => {
    const drawn = await pool.sample(job);
    if (drawn.flat().some(({ tokens }) => tokens.length !== newTokens)) throw new Error("not all tokens were drawn");
  };
  const promptTokens = encoded.reduce((total, { length }) => total + length, 0);
  const details = { promptTokens, tokens: encoded.length * newTokens, ...(divergence && { divergence }) };
  return { operation, details };
}

let prepared: Awaited<ReturnType<typeof prepare>> | undefined;

await serve(async (request) => {
  if (prepared !== undefined) return timed(request.operations, prepared.operation);
  prepared = await prepare(request);
  return prepared.details;
});
