/**
 * illume's side of sampling and of many samples, through the pool that the language model uses. `workers` 1 is the
 * calling thread; see benchmark.ts here and in ../many-samples/.
 */
import { EnginePool } from "../../src/language-models/engine/engine-pool.ts";
import { leavesOf } from "../../src/tensor/tree.ts";
import { madeTokens, modelOf } from "../engine-work.ts";
import { type Request, serve, timed } from "../serve.ts";

const checkedTokens = 16;

async function prepare(request: Request) {
  const { shape, parameters } = modelOf(request);
  const arrays = leavesOf(parameters).map(({ tensor }) => tensor.data as Float32Array);
  const pool = new EnginePool({ shape, arrays }, Number(request.workers));
  const prompts = madeTokens(Number(request.prompts), Number(request.promptLength));
  const draw = (samples: number, maximumTokens: number, temperature: number) =>
    pool.sample({
      kind: "sample",
      requests: prompts.map((prompt, index) => ({
        prompt,
        streams: Array.from({ length: samples }, (_, sample) => ({ seed: 0, path: [index, sample] })),
      })),
      maximumTokens,
      temperature,
      topP: 1,
      stopTokens: [],
    });
  const greedy = (await draw(1, checkedTokens, 0)).flat();
  const total = greedy.reduce((sum, { logProbability }) => sum + logProbability, 0);
  const operation = async () => {
    const drawn = await draw(Number(request.samples), Number(request.newTokens), 1);
    const complete = drawn.every((row) => row.every(({ tokens }) => tokens.length === request.newTokens));
    if (!complete || drawn[0]?.length !== request.samples) throw new Error("not all samples were drawn");
  };
  await operation();
  return { operation, checksum: total / (checkedTokens * greedy.length) };
}

let prepared: Awaited<ReturnType<typeof prepare>> | undefined;

await serve(async (request) => {
  if (prepared !== undefined) return timed(request.operations, prepared.operation);
  prepared = await prepare(request);
  return { checksum: prepared.checksum };
});
