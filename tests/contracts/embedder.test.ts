import { fileURLToPath } from "node:url";
import { afterAll } from "vitest";
import { languageModelEmbedder } from "../../src/language-models/embedders/language-model-embedder.ts";
import { ngramEmbedder } from "../../src/language-models/embedders/ngram-embedder.ts";
import { openEmbedder } from "../../src/language-models/embedders/open-embedder.ts";
import { isPackageInstalled } from "../../src/language-models/endpoints/optional-package.ts";
import { ScriptedLanguageModel } from "../../src/language-models/scripted-language-model.ts";
import { startServer } from "../../src/language-models/server/start-server.ts";
import { startFaultInjectingEndpoint } from "../endpoint/fault-injecting-endpoint.ts";
import { VirtualClock } from "../endpoint/virtual-clock.ts";
import { tinyLanguageModel, tinyShape } from "../fixtures/tiny-language-model.ts";
import { embedderContract, shortTexts } from "./embedder.contract.ts";

// Of different padded lengths, in the letters of the tiny model.
const tinyTexts = ["a cab.", "a bad cab fed a deaf bee a cabbage", "aha. ".repeat(30), "?"];

embedderContract({ name: "n-grams", create: () => openEmbedder() });
embedderContract({
  name: "n-grams of other settings",
  create: () => ngramEmbedder({ dimensions: 64, shortest: 2, longest: 2 }),
});
embedderContract({ name: "USE-lite", create: () => openEmbedder("use-lite") });
embedderContract({
  name: "scripted model",
  create: () =>
    languageModelEmbedder({
      model: new ScriptedLanguageModel({ embed: (text) => Float32Array.of(text.length, text.charCodeAt(0), 1) }),
      batchSize: 2,
    }),
});
embedderContract({
  name: "illume's transformer",
  create: () => languageModelEmbedder({ model: tinyLanguageModel({ embeds: true }) }),
  texts: tinyTexts,
});
embedderContract({
  name: "illume's transformer in two threads",
  create: () => languageModelEmbedder({ model: tinyLanguageModel({ embeds: true, threads: 2 }) }),
  texts: tinyTexts,
});
embedderContract({
  name: "illume's transformer, sampled continuously, as published ones are",
  create: () =>
    languageModelEmbedder({
      model: tinyLanguageModel({ embeds: true, continuous: true, shape: { ...tinyShape, keyValueHeads: 2 } }),
    }),
  texts: tinyTexts,
});

const served = tinyLanguageModel({ embeds: true });
const server = await startServer({ model: served, name: "tiny" });
afterAll(async () => {
  await server.close();
  await served.close();
});
embedderContract({
  name: "OpenAI-compatible endpoint (illume serve)",
  create: () => openEmbedder(`${server.url}#tiny`, { environment: {}, concurrency: 4 }),
  texts: tinyTexts,
});

const faults = { "rate-limit-with-retry-after": 0.1, "server-error": 0.02, cut: 0.02, reset: 0.02 };
const endpoint = await startFaultInjectingEndpoint({ faults });
afterAll(() => endpoint.close());
embedderContract({
  name: "OpenAI-compatible endpoint with faults",
  create: () => openEmbedder(endpoint.modelId("leaves"), { environment: {}, clock: new VirtualClock() }),
});

// The package is optional, and large.
if (isPackageInstalled("node-llama-cpp")) {
  const file = fileURLToPath(new URL("../fixtures/llama-cpp/tiny.gguf", import.meta.url));
  embedderContract({
    name: "GGUF",
    create: () => openEmbedder(`gguf:${file}`, { threads: 1 }),
    texts: shortTexts,
    many: 40,
  });
}
