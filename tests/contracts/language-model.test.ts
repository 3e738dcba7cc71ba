import { ScriptedLanguageModel } from "../../src/language-models/scripted-language-model.ts";
import { tinyLanguageModel, tinyShape, tinyTokenizer } from "../fixtures/tiny-language-model.ts";
import { languageModelContract } from "./language-model.contract.ts";

// Of once and twice the length to which the engine pads.
const prompts = ["", "a cab.", "a bad cab fed a deaf bee a cabbage", "aha. ".repeat(8)];
const capabilities = ["generate", "score", "tokenize"] as const;
const tolerance = 1e-4;

languageModelContract({ name: "transformer", create: tinyLanguageModel, capabilities, prompts, tolerance });
languageModelContract({
  name: "transformer in two threads",
  create: () => tinyLanguageModel({ threads: 2 }),
  capabilities,
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
