/** How each kind of call goes to the model, and what it took. */
import type { Generation, LanguageModel, Score } from "../language-model.ts";
import { type CallContent, canonicalJson } from "./call-key.ts";
import { callCost, type Price } from "./price.ts";
import type { CallKind, PlannedCall } from "./recorded-calls.ts";
import { decodeResult, decodeVector, encodeResult, encodeVector } from "./stored-results.ts";

type Generating = Extract<CallContent, { kind: "generate" }>;
type Scoring = Extract<CallContent, { kind: "score" }>;
type Embedding = Extract<CallContent, { kind: "embed" }>;

/** Samples; `onText` is told new text of a call as it comes. */
export function generations(
  model: LanguageModel,
  price: Price | undefined,
  onText?: (call: PlannedCall<Generating>, text: string) => void,
): CallKind<Generating, Generation> {
  return {
    split: rectangles,
    send: async (calls, { signal, beforeRepeating }) => {
      const first = calls[0] as PlannedCall<Generating>;
      const { maximumTokens, temperature, topP, stop, seed, tokenLogProbabilities, alternatives } = first.content;
      const samples = calls.length === 1 ? 1 : calls.filter((call) => promptOf(call) === promptOf(first)).length;
      const callAt = (prompt: number, sample: number) => calls[prompt * samples + sample] as PlannedCall<Generating>;
      const rows = await model.generate({
        prompts: Array.from({ length: calls.length / samples }, (_, prompt) => callAt(prompt, 0).content.prompt),
        samples,
        firstSample: first.content.sample,
        ...{ maximumTokens, temperature, topP, stop, seed, tokenLogProbabilities },
        ...(alternatives !== undefined && { alternatives }),
        beforeRepeating: ({ prompt, sample }) => beforeRepeating(callAt(prompt, sample)),
        ...(signal && { signal }),
        ...(onText && { onText: ({ prompt, sample, text }) => onText(callAt(prompt, sample), text) }),
      });
      return rows.flat();
    },
    cost: ({ reserved }, { promptTokens = reserved.inputTokens, tokens = reserved.outputTokens }) =>
      callCost(price, promptTokens, tokens),
    shared: ({ finishReason }) => finishReason !== "error",
    encode: encodeResult,
    decode: decodeResult,
  };
}

/** Log probabilities of completions. */
export function scores(model: LanguageModel, price: Price | undefined): CallKind<Scoring, Score> {
  return {
    split: together,
    send: (calls, { signal }) =>
      model.score({
        items: calls.map(({ content: { prompt, completion } }) => ({ prompt, completion })),
        ...(signal && { signal }),
      }),
    cost: ({ reserved }) => callCost(price, reserved.inputTokens, 0),
    shared: () => true,
    encode: encodeResult,
    decode: decodeResult,
  };
}

/** Vectors of texts. */
export function embeddings(model: LanguageModel, price: Price | undefined): CallKind<Embedding, Float32Array> {
  return {
    split: together,
    send: (calls, { signal }) =>
      model.embed(
        calls.map(({ content }) => content.text),
        signal && { signal },
      ),
    cost: ({ reserved }) => callCost(price, reserved.inputTokens, 0),
    shared: () => true,
    encode: encodeVector,
    decode: decodeVector,
  };
}

function together<Content>(calls: readonly PlannedCall<Content>[]): readonly (readonly PlannedCall<Content>[])[] {
  return calls.length === 0 ? [] : [calls];
}

function promptOf({ content }: PlannedCall<Generating>): string {
  return canonicalJson(content.prompt);
}

/** Calls by prompts that lack the same samples: what `generate` takes at once. Usually that is all of them. */
function rectangles(calls: readonly PlannedCall<Generating>[]): readonly (readonly PlannedCall<Generating>[])[] {
  if (calls.length === 1) return [calls];
  const rows = Map.groupBy(calls, promptOf);
  const runs = [...rows.values()].flatMap(consecutive);
  const shapes = Map.groupBy(runs, (run) => `${run[0]?.content.sample} ${run.length}`);
  return [...shapes.values()].map((shape) => shape.flat());
}

/** Calls of one prompt divided where the sample number jumps. */
function consecutive(calls: readonly PlannedCall<Generating>[]): PlannedCall<Generating>[][] {
  const sorted = calls.toSorted((a, b) => a.content.sample - b.content.sample);
  const runs: PlannedCall<Generating>[][] = [];
  for (const call of sorted) {
    const run = runs.at(-1);
    if (run?.at(-1)?.content.sample === call.content.sample - 1) run?.push(call);
    else runs.push([call]);
  }
  return runs;
}
