import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll } from "vitest";
import { AiSdkLanguageModel } from "../../src/language-models/ai-sdk/ai-sdk-language-model.ts";
import { asAiSdkEmbeddingModel, asAiSdkModel } from "../../src/language-models/ai-sdk/as-ai-sdk-model.ts";
import { PromptedLanguageModel } from "../../src/language-models/applications/prompted-language-model.ts";
import { MemoryCallStore } from "../../src/language-models/calls/memory-call-store.ts";
import { RecordedLanguageModel } from "../../src/language-models/calls/recorded-language-model.ts";
import { isPackageInstalled } from "../../src/language-models/endpoints/optional-package.ts";
import { openLanguageModel } from "../../src/language-models/open-language-model.ts";
import { ScriptedLanguageModel } from "../../src/language-models/scripted-language-model.ts";
import { startServer } from "../../src/language-models/server/start-server.ts";
import { gradeSchoolTokenizer } from "../../src/reasoning/tasks/grade-school/grade-school-tokenizer.ts";
import { memoryRunStore } from "../../src/runs/memory-run-store.ts";
import { MemoryJobQueue, SharedJobs } from "../../src/runs/queue/memory-job-queue.ts";
import { RunQueue } from "../../src/runs/queue/run-queue.ts";
import { workOnCalls } from "../../src/runs/queue/work-on-calls.ts";
import { startFaultInjectingEndpoint } from "../endpoint/fault-injecting-endpoint.ts";
import { startLocalApplication } from "../endpoint/local-application.ts";
import { VirtualClock } from "../endpoint/virtual-clock.ts";
import { hasSmolLM2, smolLM2Cache, smolLM2File } from "../fixtures/smollm2.ts";
import { tinyLanguageModel, tinyShape, tinyTokenizer } from "../fixtures/tiny-language-model.ts";
import { languageModelContract } from "./language-model.contract.ts";

// Of once and twice the length to which the engine pads.
const prompts = ["", "a cab.", "a bad cab fed a deaf bee a cabbage", "aha. ".repeat(8)];
const capabilities = ["generate", "score", "tokenize"] as const;
const tolerance = 1e-4;

languageModelContract({
  name: "transformer",
  create: tinyLanguageModel,
  capabilities,
  prompts,
  tolerance,
  alternatives: true,
});
languageModelContract({
  name: "transformer in two threads",
  alternatives: true,
  create: () => tinyLanguageModel({ threads: 2 }),
  capabilities,
  prompts,
  tolerance,
});
languageModelContract({
  name: "transformer over a queue",
  alternatives: true,
  create: async () => {
    const [shared, stop] = [new SharedJobs(), new AbortController()];
    const jobs = new MemoryJobQueue(shared);
    const working = workOnCalls({
      jobs,
      open: async () => tinyLanguageModel(),
      concurrency: 4,
      lookInterval: 5,
      signal: stop.signal,
    });
    const queue = new RunQueue({ jobs: new MemoryJobQueue(shared), store: memoryRunStore({ configuration: {} }) });
    return Object.assign(await queue.model("illume:tiny", ""), {
      close: async () => {
        stop.abort();
        await working;
        await queue.close();
      },
    });
  },
  capabilities: ["generate", "score"],
  prompts,
  tolerance,
});
languageModelContract({
  name: "transformer with grouped queries",
  create: () => tinyLanguageModel({ shape: { ...tinyShape, keyValueHeads: 2 } }),
  capabilities,
  prompts,
  tolerance,
});
languageModelContract({
  name: "transformer sampled continuously, as large ones are",
  alternatives: true,
  create: () => tinyLanguageModel({ continuous: true, shape: { ...tinyShape, keyValueHeads: 2 } }),
  capabilities,
  prompts,
  tolerance,
});
languageModelContract({
  name: "transformer that embeds",
  create: () => tinyLanguageModel({ embeds: true }),
  capabilities: [...capabilities, "embed"],
  prompts,
});
languageModelContract({
  name: "transformer that embeds, sampled continuously",
  create: () => tinyLanguageModel({ embeds: true, continuous: true }),
  capabilities: [...capabilities, "embed"],
  prompts,
});
languageModelContract({
  name: "the shipped checkpoint",
  alternatives: true,
  create: () =>
    openLanguageModel("grade-school", { tokenizers: { "grade-school": gradeSchoolTokenizer }, contextLength: 128 }),
  capabilities,
  prompts: [
    "Mia has 12 apples. How many apples does Mia have now?\n",
    "Mia",
    "Mia buys 7 more apples.",
    "How many apples does Mia have now?\n",
  ],
  tolerance,
});
if (hasSmolLM2) {
  languageModelContract({
    name: "SmolLM2-135M-Instruct",
    alternatives: true,
    create: () =>
      openLanguageModel(`illume:${smolLM2File}`, { modelsFolder: smolLM2Cache, threads: 1, contextLength: 128 }),
    capabilities: [...capabilities, "embed"],
    prompts: ["", "The capital of France is", "Yes or no:", "What is 2 + 2? 4\n\nWhat is 3 + 3?"],
    tolerance: 1e-3,
    chatTemplate: true,
    slow: true,
  });
}
languageModelContract({
  name: "scripted",
  create: () =>
    new ScriptedLanguageModel({
      answer: ({ text, random }) => `${text} means ${random.uniform()} and ${random.uniform()}`,
      score: (prompt, completion) => -prompt.length - completion.length,
      embed: (text) => Float32Array.of(text.length, 1),
      tokenize: (text) => tinyTokenizer.encode(text),
    }),
  capabilities: [...capabilities, "embed"],
  prompts,
});
languageModelContract({
  name: "scripted, of answers only",
  create: () => new ScriptedLanguageModel({ answer: ({ random }) => `say ${random.uniform()}` }),
  capabilities: ["generate"],
  prompts,
});
languageModelContract({
  name: "recorded",
  create: () => {
    const model = new ScriptedLanguageModel({
      answer: ({ text, random }) => `${text} means ${random.uniform()} and ${random.uniform()}`,
      score: (prompt, completion) => -prompt.length - completion.length,
      embed: (text) => Float32Array.of(text.length, 1),
      tokenize: (text) => tinyTokenizer.encode(text),
    });
    return new RecordedLanguageModel({ model, revision: "", store: new MemoryCallStore(), requestsAtOnce: 2 });
  },
  capabilities: [...capabilities, "embed"],
  prompts,
});

const served = tinyLanguageModel();
const server = await startServer({ model: served, name: "tiny" });
afterAll(async () => {
  await server.close();
  await served.close();
});
languageModelContract({
  name: "OpenAI-compatible endpoint (illume serve)",
  alternatives: true,
  create: () => openLanguageModel(`${server.url}#tiny`, { environment: {}, concurrency: 32 }),
  capabilities: ["generate"],
  prompts,
});

const faults = { "rate-limit-with-retry-after": 0.1, "server-error": 0.02, cut: 0.02, reset: 0.02 };
const endpoint = await startFaultInjectingEndpoint({ faults });
afterAll(() => endpoint.close());
languageModelContract({
  name: "OpenAI-compatible endpoint with faults",
  create: () =>
    openLanguageModel(endpoint.modelId("trees"), {
      environment: {},
      concurrency: 32,
      embeddingModel: "leaves",
      clock: new VirtualClock(),
    }),
  capabilities: ["generate", "embed"],
  prompts,
});

languageModelContract({
  name: "from ours to the AI SDK and back",
  create: () => {
    const model = new ScriptedLanguageModel({
      answer: ({ text, random }) => `${text} means ${random.uniform()} and ${random.uniform()}`,
      embed: (text) => Float32Array.of(text.length, 1),
    });
    return new AiSdkLanguageModel({
      id: "there-and-back",
      model: asAiSdkModel(model),
      embeddingModel: asAiSdkEmbeddingModel(model),
    });
  },
  capabilities: ["generate", "embed"],
  prompts,
});

languageModelContract({
  name: "application: a model with a system prompt",
  create: () =>
    new PromptedLanguageModel(
      "app:target.yaml",
      { model: "scripted", system: "Be brief." },
      new ScriptedLanguageModel({
        answer: ({ text, random }) => `${text} means ${random.uniform()} and ${random.uniform()}`,
        score: (prompt, completion) => -prompt.length - completion.length,
        embed: (text) => Float32Array.of(text.length, 1),
        tokenize: (text) => tinyTokenizer.encode(text),
      }),
    ),
  capabilities: [...capabilities, "embed"],
  prompts,
});

const shop = await startLocalApplication(({ arrival, body }) => {
  if (arrival % 17 === 3) return { status: 429, headers: { "retry-after": "1" }, json: {} };
  if (arrival % 23 === 5) return { status: 500, json: {} };
  const { question, seed } = JSON.parse(body) as { question: string; seed: number };
  return { json: { answer: [{ text: `${question} means ${seed}.` }] } };
});
const applications = mkdtempSync(join(tmpdir(), "illume-contract-"));
afterAll(async () => {
  await shop.close();
  rmSync(applications, { recursive: true });
});
const yaml = join(applications, "target.yaml");
writeFileSync(
  yaml,
  `url: ${shop.url}/\nbody: { question: "{{prompt}}", seed: "{{seed}}" }\nresponse: answer[0].text\nconcurrency: 32\n`,
);
languageModelContract({
  name: "application behind HTTP, with faults",
  create: () => openLanguageModel(yaml, { environment: {}, concurrency: 32, clock: new VirtualClock() }),
  capabilities: ["generate"],
  prompts,
});
const functionFile = join(applications, "target.mjs");
writeFileSync(functionFile, 'export default async (prompt, { seed }) => prompt + " means " + seed;\n');
languageModelContract({
  name: "application: a function",
  create: () => openLanguageModel(`app:${functionFile}`, { concurrency: 32 }),
  capabilities: ["generate"],
  prompts,
});

// The package is optional, and large; with a stand-in, the same code is tested beside it.
if (isPackageInstalled("node-llama-cpp")) {
  const file = fileURLToPath(new URL("../fixtures/llama-cpp/tiny.gguf", import.meta.url));
  const open = () => openLanguageModel(`gguf:${file}`, { threads: 1 });
  // Starting llama.cpp takes seconds; those who come later share it.
  const first = await open();
  afterAll(() => first.close());
  languageModelContract({
    name: "node-llama-cpp",
    create: open,
    capabilities: [...capabilities, "embed"],
    prompts,
    slow: true,
  });
}
