/** The peer: llama.cpp through node-llama-cpp, all sequences of one context at once, greedy. */
import { resolve } from "node:path";
import type { Llama, LlamaContext, LlamaModel } from "../../src/language-models/local-gguf/llama-types.ts";
import { type Request, serve, timed } from "../serve.ts";
import { llamaVersion, loadLlamaPackage } from "./llama-package.ts";
import { newTokens, prompts } from "./prompts.ts";

/** Of one sequence; prompts and new tokens stay below it. */
const contextSize = 128;

async function prepare(request: Request) {
  const { getLlama } = await loadLlamaPackage();
  const threads = Number(request.threads);
  const llama: Llama = await getLlama({
    build: "never",
    maxThreads: threads,
    logLevel: "error",
    progressLogs: false,
    logger: (_, message) => console.error(message),
    gpu: false,
  });
  const model: LlamaModel = await llama.loadModel({ modelPath: resolve(String(request.model)) });
  const count = Number(request.batch);
  const context: LlamaContext = await model.createContext({ sequences: count, contextSize, threads });
  const sequences = Array.from({ length: count }, () => context.getSequence());
  const encoded = prompts.slice(0, count).map((prompt) => model.tokenize(prompt));
  const sampling = {
    temperature: 0,
    topP: 1,
    topK: 0,
    minP: 0,
    repeatPenalty: false,
    seed: 0,
    yieldEogToken: true,
  } as const;
  const operation = async () => {
    const drawn = await Promise.all(
      sequences.map(async (sequence, index) => {
        await sequence.clearHistory();
        let tokens = 0;
        for await (const _ of sequence.evaluate(encoded[index] as number[], sampling)) {
          tokens++;
          if (tokens === newTokens) break;
        }
        return tokens;
      }),
    );
    if (drawn.some((tokens) => tokens !== newTokens)) throw new Error("not all tokens were drawn");
  };
  await operation();
  const promptTokens = encoded.reduce((total, { length }) => total + length, 0);
  return { operation, details: { nodeLlamaCpp: llamaVersion, threads, promptTokens, tokens: count * newTokens } };
}

let prepared: Awaited<ReturnType<typeof prepare>> | undefined;

await serve(async (request) => {
  if (prepared !== undefined) return timed(request.operations, prepared.operation);
  prepared = await prepare(request);
  return prepared.details;
});
