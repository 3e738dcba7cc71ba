/** hf:ORG/REPO[:FILE] by node-llama-cpp itself, where it is installed, from a loopback imitation of the Hub. */
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type HubFaults, type HubImitation, startHub } from "../../../tests/fixtures/llama-family/hub.ts";
import { CorruptFileError } from "../../core/errors/corrupt-file-error.ts";
import { StorageError } from "../../core/errors/storage-error.ts";
import { isPackageInstalled } from "../endpoints/optional-package.ts";
import type { LocalId } from "../model-id.ts";
import { openLanguageModel } from "../open-language-model.ts";
import { loadLlama } from "./load-llama.ts";
import { resolveHubFile } from "./resolve-hub-file.ts";

const source = fileURLToPath(new URL("../../../tests/fixtures/llama-cpp/tiny.gguf", import.meta.url));
const secret = "hf_secretsecret";

describe.runIf(isPackageInstalled("node-llama-cpp"))("a file of the Hub", () => {
  let folder: string;
  let modelsFolder: string;
  let hub: HubImitation;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "illume-hf-"));
    cpSync(source, join(folder, "repository", "tiny.Q8_0.gguf"), { recursive: true });
    modelsFolder = join(folder, "models");
  });
  afterEach(async () => {
    await hub.close();
    rmSync(folder, { recursive: true });
  });

  async function start(faults: HubFaults = {}): Promise<void> {
    hub = await startHub(join(folder, "repository"), "org/tiny", faults);
  }

  async function resolve(path: string, token = ""): Promise<string> {
    const id: LocalId = { scheme: "hf", id: `hf:${path}`, path };
    const environment = { HF_ENDPOINT: hub.url, HF_TOKEN: token };
    return resolveHubFile(await loadLlama(id.id), id, { modelsFolder, cache: join(folder, "cache"), environment });
  }

  test.each(["org/tiny:tiny.Q8_0.gguf", "org/tiny:Q8_0"])("%s is fetched once, and found offline", async (path) => {
    await start();
    const file = await resolve(path);
    expect(readFileSync(file)).toEqual(readFileSync(source));
    expect(JSON.parse(readFileSync(`${file}.download.json`, "utf8"))).toMatchObject({
      bytes: readFileSync(source).length,
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/u),
    });
    await hub.close();
    expect(await resolve(path)).toBe(file);
  });

  test("opens as a model, with progress, and again without a network", async () => {
    await start();
    const sizes: number[] = [];
    const ask = async () => {
      const model = await openLanguageModel("hf:org/tiny:tiny.Q8_0.gguf", {
        modelsFolder,
        environment: { HF_ENDPOINT: hub.url },
        threads: 1,
        onDownload: ({ totalBytes }) => sizes.push(totalBytes),
      });
      const [[generation] = []] = await model.generate({ prompts: ["a"], maximumTokens: 3 });
      await model.close();
      return generation;
    };
    const first = await ask();
    expect(sizes.at(-1)).toBe(readFileSync(source).length);
    await hub.close();
    expect(await ask()).toEqual(first);
  });

  test("that was changed later is noticed, also where its size stayed", async () => {
    await start();
    const file = await resolve("org/tiny:tiny.Q8_0.gguf");
    const bytes = readFileSync(file);
    bytes[bytes.length - 1] = (bytes.at(-1) as number) ^ 1;
    writeFileSync(file, bytes);
    await expect(resolve("org/tiny:tiny.Q8_0.gguf")).rejects.toThrow(CorruptFileError);
  });

  test.each<[string, HubFaults, string, RegExp]>([
    ["a file that is not there", {}, "org/tiny:other.gguf", /404/],
    ["a gated repository without a token", { token: secret }, "org/tiny:tiny.Q8_0.gguf", /HF_TOKEN/],
    [
      "HTML in its place",
      { pageForFiles: "<html>captive portal</html>" },
      "org/tiny:tiny.Q8_0.gguf",
      /GGUF.*a page of HTML/,
    ],
  ])("%s", async (_, faults, path, message) => {
    await start(faults);
    const error = await resolve(path).catch((thrown) => thrown);
    expect(error).toBeInstanceOf(StorageError);
    expect(error.message).toMatch(message);
    expect(error.message).not.toMatch(/\n/u);
    const kept = existsSync(modelsFolder) ? readdirSync(modelsFolder) : [];
    expect(kept.filter((name) => /\.(gguf|json)$/u.test(name))).toEqual([]);
  });

  test("with a token from the environment", async () => {
    await start({ token: secret });
    expect(readFileSync(await resolve("org/tiny:tiny.Q8_0.gguf", secret))).toEqual(readFileSync(source));
  });
});
