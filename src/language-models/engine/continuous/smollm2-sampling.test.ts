/** Sampling from SmolLM2-135M-Instruct's real weights. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { hasSmolLM2, smolLM2Cache, smolLM2File } from "../../../../tests/fixtures/smollm2.ts";
import { leavesOf } from "../../../tensor/tree.ts";
import { openPretrained } from "../../pretrained/open-pretrained.ts";
import type { SampledTokens, SampleJob } from "../engine-job.ts";
import type { TokenAlternative } from "../most-probable.ts";
import { ContinuousPool } from "./continuous-pool.ts";

const root = fileURLToPath(new URL("../../../..", import.meta.url));

interface Continuation {
  readonly prompt: readonly number[];
  readonly tokens: readonly number[];
  /** How much more probable each token is than the next one, in nats. */
  readonly gaps: readonly number[];
}

const continuations: readonly Continuation[] = JSON.parse(
  readFileSync(join(root, "tests", "fixtures", "smollm2-greedy", "continuations.json"), "utf8"),
);
const nearTie = 1e-3;

describe.runIf(hasSmolLM2)("SmolLM2-135M-Instruct", () => {
  let pool: ContinuousPool;
  beforeAll(async () => {
    const { shape, parameters } = await openPretrained(smolLM2File, { cache: smolLM2Cache });
    const arrays = leavesOf(parameters).map(({ tensor }) => tensor.data as Float32Array);
    pool = new ContinuousPool({ shape, arrays, continuous: { precision: "float32", contextLength: 256, threads: 1 } });
  }, 600_000);
  afterAll(() => pool?.close());
  const jobOf = (prompts: readonly (readonly number[])[], change: Partial<SampleJob> = {}): SampleJob => ({
    kind: "sample",
    requests: prompts.map((prompt, index) => ({ prompt, streams: [{ seed: 1, path: [index] }] })),
    maximumTokens: 32,
    temperature: 0,
    topP: 1,
    stopTokens: [],
    ...change,
  });

  test("greedy continuations are those of transformers, or part at a near tie", async () => {
    const samples = await pool.sample(jobOf(continuations.map(({ prompt }) => prompt)));
    const parted = continuations.flatMap(({ tokens, gaps }, index) => {
      const ours = samples[index]?.[0]?.tokens as number[];
      const place = tokens.findIndex((token, position) => token !== ours[position]);
      return place < 0 ? [] : [{ index, place, gap: gaps[place] as number }];
    });
    expect(continuations.length).toBe(50);
    expect(parted.filter(({ gap }) => gap >= nearTie)).toEqual([]);
  }, 600_000);

  test("alternatives: the first is the greedy token, the second as much less probable as transformers says", async () => {
    const some = continuations.slice(0, 12);
    const job = jobOf(
      some.map(({ prompt }) => prompt),
      { alternatives: 20, maximumTokens: 8 },
    );
    const samples = await pool.sample(job);
    const scores = await pool.score({
      kind: "score",
      examples: some.map(({ prompt }, index) => {
        const [{ tokens, alternatives }] = samples[index] as [(typeof samples)[number][number]];
        // The third most probable token at the last place, behind the ones that were sampled.
        const third = alternatives?.at(-1)?.[2]?.token as number;
        return { tokens: [...prompt, ...tokens.slice(0, -1), third], promptLength: prompt.length };
      }),
    });
    some.forEach(({ tokens, gaps }, index) => {
      const [{ tokens: ours, alternatives = [], tokenLogProbabilities }] = samples[index] as [SampledTokens];
      expect(alternatives.map((row) => row.length)).toEqual(ours.map(() => 20));
      expect(alternatives.map((row) => row[0])).toEqual(
        ours.map((token, place) => ({ token, logProbability: tokenLogProbabilities[place] })),
      );
      for (let place = 0; ours[place] === tokens[place] && place < ours.length; place++) {
        const [first, second] = alternatives[place] as [TokenAlternative, TokenAlternative];
        expect(Math.abs(first.logProbability - second.logProbability - (gaps[place] as number))).toBeLessThan(5e-3);
      }
      // The part of the graph that scores texts says the same.
      const scored = scores[index]?.byToken?.at(-1)?.logProbability as number;
      expect(Math.abs(scored - (alternatives.at(-1)?.[2]?.logProbability as number))).toBeLessThan(1e-3);
    });
  }, 600_000);

  test("what else is sampled changes no bit", async () => {
    const prompts = continuations.slice(0, 5).map(({ prompt }) => prompt);
    const short = { maximumTokens: 8, temperature: 1 };
    const among = await pool.sample(jobOf(prompts, short));
    expect(await pool.sample(jobOf(prompts.slice(0, 1), short))).toEqual(among.slice(0, 1));
    expect(await pool.sample(jobOf(prompts.slice(0, 3), short))).toEqual(among.slice(0, 3));
  }, 600_000);
});
