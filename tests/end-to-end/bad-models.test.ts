/** What is no model, or cannot be reached, on the command line: one clear line and the exit code that the guide names. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { isPackageInstalled } from "../../src/language-models/endpoints/optional-package.ts";
import { runIllume } from "./illume-process.ts";

const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/${name}`, import.meta.url));
let folder: string;
let page: Server;
let pageUrl: string;

/** A copy of a published model with one file changed. */
function spoilt(name: string, source: string, spoil: (folder: string) => void): void {
  cpSync(fixture(`llama-family/${source}`), join(folder, name), { recursive: true });
  spoil(join(folder, name));
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "illume-bad-models-"));
  writeFileSync(join(folder, "text.gguf"), "hello\n");
  writeFileSync(join(folder, "text.safetensors"), "hello, this is no model\n");
  writeFileSync(join(folder, "torn.gguf"), readFileSync(fixture("llama-family/qwen2.gguf")).subarray(0, 20_000));
  mkdirSync(join(folder, "empty"));
  spoilt("torn", "sharded", (model) => truncateSync(join(model, "model-00002-of-00003.safetensors"), 5000));
  spoilt("incomplete", "sharded", (model) => rmSync(join(model, "model-00002-of-00003.safetensors")));
  spoilt("page", "grouped", (model) => writeFileSync(join(model, "config.json"), "<!DOCTYPE html><html></html>"));
  spoilt("tokenizer", "grouped", (model) =>
    cpSync(fixture("tokenizers/smollm/tokenizer.json"), join(model, "tokenizer.json")),
  );
  spoilt("architecture", "grouped", (model) => {
    const path = join(model, "config.json");
    const configuration = JSON.parse(readFileSync(path, "utf8"));
    writeFileSync(path, JSON.stringify({ ...configuration, architectures: ["Mamba"], model_type: "mamba" }));
  });
  page = createServer((_, response) => {
    response.writeHead(200, { "content-type": "text/html" });
    response.end("<html><body>log in</body></html>");
  });
  await new Promise<void>((resolve) => page.listen(0, "127.0.0.1", resolve));
  pageUrl = `http://127.0.0.1:${(page.address() as AddressInfo).port}/v1`;
});
afterAll(() => {
  page.close();
  rmSync(folder, { recursive: true });
});

async function refused(args: readonly string[], code: number, message: RegExp): Promise<void> {
  const environment = { ILLUME_CACHE: join(folder, "cache") };
  const { status, stdout, stderr } = await runIllume(args, { cwd: folder, environment });
  // Waits for an endpoint have lines of their own.
  const lines = stderr.trim().split("\n");
  expect([status, stdout]).toEqual([code, ""]);
  expect(lines.filter((line) => !line.includes("; again in "))).toEqual([expect.stringMatching(message)]);
  expect(lines.at(-1)).toMatch(/^illume: expected .*, but got .*: ./u);
}

describe("illume models check", () => {
  test.each<[string, string, number, RegExp]>([
    ["a file that is no model", "illume:text.gguf", 5, /a GGUF file, at ".*text.gguf", but got a file of another kind/],
    ["a file of weights that is none", "./text.safetensors", 5, /safetensors file ".*text.safetensors"/],
    ["a truncated GGUF file", "illume:torn.gguf", 5, /GGUF file ".*torn.gguf", but got 20000 bytes/],
    ["a truncated shard", "illume:torn", 5, /model-00002-of-00003.safetensors", but got 3576/],
    ["a shard that is not there", "illume:incomplete", 5, /model-00002-of-00003.safetensors".*no such file/],
    ["an architecture that is not known", "illume:architecture", 3, /llama or qwen2.*but got "mamba"/],
    ["a tokenizer of another model", "illume:tokenizer", 5, /tokenizer of at most 300 tokens.*but got one of 420/],
    ["a page in place of a file", "illume:page", 5, /JSON in ".*config.json", but got "<!DOCTYPE html>/],
    ["a folder without a model", "illume:empty", 5, /config.json".*no such file/],
    ["nothing there", "illume:nothing-here", 5, /but got none at ".*nothing-here"/],
    [
      "a context that is too short for the question",
      `illume:${fixture("llama-family/grouped")}`,
      2,
      /at most 64 tokens/,
    ],
    ["a key that is missing", "openai:gpt-4.1-mini", 7, /OPENAI_API_KEY, but got none.*nothing was sent/],
    ["a host that cannot be reached", "http://127.0.0.1:1/v1#m", 7, /an answer from http:.*check the address/],
    ["a host that has no address", "http://nowhere.invalid/v1#m", 7, /an answer from http:.*check the address/],
  ])("%s", async (_, id, code, message) => {
    await refused(["models", "check", id], code, message);
  });

  test("a server that speaks HTML", async () => {
    await refused(["models", "check", `${pageUrl}#m`], 7, /a web page \(HTML\) instead of JSON/);
  });

  test.runIf(isPackageInstalled("node-llama-cpp"))("files that llama.cpp cannot read", async () => {
    await refused(["models", "check", "gguf:text.gguf"], 5, /a GGUF file that llama.cpp can read/);
    await refused(["models", "check", "gguf:torn.gguf"], 5, /a GGUF file that llama.cpp can read/);
  });

  test("weights in 4 bits of what has none, and a precision that does not exist", async () => {
    await refused(
      ["models", "check", "grade-school", "--precision", "4-bit"],
      3,
      /published model in illume's own engine/,
    );
    await refused(["models", "check", "grade-school", "--precision", "4bit"], 2, /did you mean "4-bit"/);
  });
});

test("illume serve and illume learn refuse the same before anything begins", async () => {
  await refused(["serve", "illume:torn", "--port", "0"], 5, /but got 3576/);
  await refused(["serve", "openai:gpt-4.1-mini", "--port", "0"], 7, /OPENAI_API_KEY/);
  writeFileSync(join(folder, "examples.jsonl"), '{"prompt": "2 + 2 =", "completion": " 4"}\n');
  await refused(["learn", "--model", "illume:torn", "--data", "examples.jsonl"], 5, /but got 3576/);
});
