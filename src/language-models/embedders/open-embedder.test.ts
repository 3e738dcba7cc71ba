import { writeFileSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { CorruptFileError } from "../../core/errors/corrupt-file-error.ts";
import { UnknownNameError } from "../../core/errors/unknown-name-error.ts";
import { UnsupportedCapabilityError } from "../../core/errors/unsupported-capability-error.ts";
import { ScriptedLanguageModel } from "../scripted-language-model.ts";
import { languageModelEmbedder } from "./language-model-embedder.ts";
import { defaultEmbedder, openEmbedder } from "./open-embedder.ts";

test("the default needs nothing", async () => {
  expect((await openEmbedder()).id).toBe(defaultEmbedder);
});

test("a model that does not embed is an error that names others", async () => {
  const file = join(await mkdtemp(join(tmpdir(), "illume-")), "answers.json");
  writeFileSync(file, JSON.stringify(["yes"]));
  await expect(openEmbedder(`scripted:${file}`)).rejects.toThrow(UnsupportedCapabilityError);
  await expect(openEmbedder("ngrams:3")).rejects.toThrow(UnknownNameError);
});

test("an endpoint's name is that of its model for embeddings, and nothing is sent on opening", async () => {
  const embedder = await openEmbedder("http://127.0.0.1:9/v1#any-name", { environment: {} });
  expect(embedder.id).toBe("http://127.0.0.1:9/v1#any-name");
  expect(embedder.dimensions).toBeUndefined();
  await embedder.close();
});

test("a vector without a direction is the model's fault", async () => {
  const model = new ScriptedLanguageModel({ embed: () => new Float32Array(3) });
  await expect(languageModelEmbedder({ model }).embed(["a"])).rejects.toThrow(CorruptFileError);
});

test("equal texts are asked for once, and a signal is passed on", async () => {
  const model = new ScriptedLanguageModel({ embed: (text) => Float32Array.of(text.length, 1) });
  await languageModelEmbedder({ model }).embed(["a", "b", "a", ""]);
  expect(model.calls).toEqual([{ method: "embed", texts: ["a", "b", " "] }]);
});
