import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { CorruptFileError } from "../core/errors/corrupt-file-error.ts";
import { InvalidArgumentError } from "../core/errors/invalid-argument-error.ts";
import { StorageError } from "../core/errors/storage-error.ts";
import { UnknownNameError } from "../core/errors/unknown-name-error.ts";
import { MissingKeyError } from "./endpoints/errors/missing-key-error.ts";
import { MissingPackageError } from "./endpoints/errors/missing-package-error.ts";
import { ollamaUrl } from "./endpoints/openai-compatible.ts";
import { optionalPackage } from "./endpoints/optional-package.ts";
import { usableModels } from "./endpoints/usable-models.ts";
import { parseModelId } from "./model-id.ts";
import { openLanguageModel } from "./open-language-model.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "illume-open-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("ids and their parts", () => {
  test.each<[string, object]>([
    ["openai:gpt-5", { scheme: "openai", name: "gpt-5" }],
    ["ollama:llama3:8b", { scheme: "ollama", name: "llama3:8b" }],
    ["http://127.0.0.1:8000/v1/#a/b", { scheme: "http", name: "a/b", baseUrl: "http://127.0.0.1:8000/v1" }],
    ["https://host/api/v1#m%20n", { scheme: "http", name: "m n", baseUrl: "https://host/api/v1" }],
    ["gguf:a b.gguf", { scheme: "gguf", path: "a b.gguf" }],
    ["hf:org/repo:Q4_K_M", { scheme: "hf", path: "org/repo:Q4_K_M" }],
    ["illume:models/a", { scheme: "illume", path: "models/a" }],
    ["grade-school", { scheme: "illume", path: "grade-school" }],
    ["C:\\models\\a.safetensors", { scheme: "illume", path: "C:\\models\\a.safetensors" }],
  ])("%s", (id, parts) => {
    expect(parseModelId(id)).toEqual({ id, ...parts });
  });

  test.each([
    ["opnai:gpt-5", "openai:"],
    ["antropic:claude", "anthropic:"],
    ["olama:llama3", "ollama:"],
    ["ggfu:a", "gguf:"],
  ])("%s: did you mean %s?", (id, nearest) => {
    expect(() => parseModelId(id)).toThrow(UnknownNameError);
    expect(() => parseModelId(id)).toThrow(`did you mean "${nearest}"?`);
  });

  test.each([
    "openai:",
    "gguf: ",
    "hf:repo",
    "http://host:8000/v1",
    "http://host:8000#model",
    "http://#model",
    "https://user:hunter2@host/v1#model",
    "https://host/v1?key=hunter2#model",
  ])("%s lacks something or has too much", (id) => {
    expect(() => parseModelId(id)).toThrow(InvalidArgumentError);
    expect(() => parseModelId(id)).not.toThrow("hunter2");
  });
});

describe("opening", () => {
  test.each([
    ["openai:gpt-5", "OPENAI_API_KEY"],
    ["anthropic:claude-haiku-4-5", "ANTHROPIC_API_KEY"],
    ["google:gemini-2.5-flash", "GOOGLE_GENERATIVE_AI_API_KEY"],
  ])("%s without a key names its variable", async (id, variable) => {
    await expect(openLanguageModel(id, { environment: {} })).rejects.toThrow(MissingKeyError);
    await expect(openLanguageModel(id, { environment: { [variable]: " " } })).rejects.toThrow(variable);
    const model = await openLanguageModel(id, { environment: { [variable]: "secret-0123456789" } });
    expect(model.id).toBe(id);
    expect(JSON.stringify(model)).not.toContain("0123456789");
  });

  test("a name that says so embeds", async () => {
    const environment = { OPENAI_API_KEY: "secret" };
    const abilities = async (id: string) => [...(await openLanguageModel(id, { environment })).capabilities];
    expect(await abilities("openai:text-embedding-3-small")).toContain("embed");
    expect(await abilities("openai:gpt-5")).not.toContain("embed");
  });

  test("prepared answers, whatever the order of the questions", async () => {
    const path = join(folder, "answers.json");
    writeFileSync(path, JSON.stringify(["yes", "no", "maybe"]));
    const model = await openLanguageModel(`scripted:${path}`);
    const [[a], [b]] = (await model.generate({ prompts: ["1", "2"], maximumTokens: 1 })) as [[object], [object]];
    const [[c], [d]] = (await model.generate({ prompts: ["2", "1"], maximumTokens: 1 })) as [[object], [object]];
    expect([c, d]).toEqual([b, a]);
    for (const bad of ["[]", "{}", '{"a":["1"]}', '{"":[]}', "3"]) {
      writeFileSync(path, bad);
      await expect(openLanguageModel(`scripted:${path}`)).rejects.toThrow(CorruptFileError);
    }
    await expect(openLanguageModel(`scripted:${join(folder, "none")}`)).rejects.toThrow(StorageError);
  });

  test("prepared answers by what the prompt contains", async () => {
    const path = join(folder, "answers.json");
    writeFileSync(path, JSON.stringify({ "": ["else"], "How many": ["3"], Who: ["Ada"] }));
    const model = await openLanguageModel(`scripted:${path}`);
    const prompts = ["How many are there?", "Who wrote how many?", "Where?"];
    const given = await model.generate({ prompts, maximumTokens: 1 });
    expect(given.map(([one]) => one?.text)).toEqual(["3", "Ada", "else"]);
  });

  test("a missing package says how to get it, other faults stay what they are", async () => {
    const options = { name: "nowhere-to-be-found", purpose: "x:y", install: "nowhere-to-be-found@1" };
    const name: string = options.name;
    await expect(optionalPackage(() => import(name), options)).rejects.toThrow(MissingPackageError);
    await expect(optionalPackage(() => import(name), options)).rejects.toThrow("npm install nowhere-to-be-found@1");
    const broken = () => Promise.reject(new TypeError("broken"));
    await expect(optionalPackage(broken, options)).rejects.toThrow(TypeError);
  });

  test.each<[string | undefined, string]>([
    [undefined, "http://127.0.0.1:11434/v1"],
    ["0.0.0.0", "http://127.0.0.1:11434/v1"],
    ["box:9000", "http://box:9000/v1"],
    ["https://box.example/", "https://box.example/v1"],
  ])("OLLAMA_HOST %s is %s", (host, url) => {
    expect(ollamaUrl(host === undefined ? {} : { OLLAMA_HOST: host })).toBe(url);
  });
});

describe("what is usable here", () => {
  const silent = () => Promise.reject(new TypeError("fetch failed"));

  test("nothing installed, nothing set", async () => {
    const rows = await usableModels({ environment: {}, isInstalled: () => false, fetch: silent });
    const of = (id: string) => rows.find((row) => row.id === id);
    expect(of("grade-school")).toMatchObject({ usable: true });
    expect(of("openai:NAME")).toEqual({
      id: "openai:NAME",
      usable: false,
      remark: "npm install @ai-sdk/openai; set OPENAI_API_KEY",
    });
    expect(of("gguf:PATH")?.remark).toMatch(/^npm install node-llama-cpp@3/u);
  });

  test("everything there", async () => {
    const fetch = async () => Response.json({ data: [{ id: "llama3" }, { id: "phi" }] });
    const environment = { OPENAI_API_KEY: "k", ANTHROPIC_API_KEY: "k", GEMINI_API_KEY: "k" };
    const rows = await usableModels({ environment, isInstalled: () => true, fetch });
    expect(rows.filter(({ usable }) => !usable)).toEqual([]);
    expect(rows.map(({ id }) => id)).toContain("ollama:phi");
    expect(JSON.stringify(rows)).not.toContain('"k"');
  });

  test("Ollama is away", async () => {
    const rows = await usableModels({ environment: {}, isInstalled: () => true, fetch: silent });
    expect(rows.find(({ id }) => id === "ollama:NAME")?.remark).toContain(
      "nobody answers at http://127.0.0.1:11434/v1",
    );
  });
});
