import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type HubFaults, type HubImitation, hubCommit, startHub } from "../../../tests/fixtures/llama-family/hub.ts";
import { CorruptFileError } from "../../core/errors/corrupt-file-error.ts";
import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";
import { StorageError } from "../../core/errors/storage-error.ts";
import { UnsupportedCapabilityError } from "../../core/errors/unsupported-capability-error.ts";
import { locatePretrained } from "../pretrained/locate-pretrained.ts";
import { openPretrained } from "../pretrained/open-pretrained.ts";
import { downloadModel, isDownloaded } from "./download-model.ts";
import { isHubName, parseHubName } from "./hub-name.ts";

const source = fileURLToPath(new URL("../../../tests/fixtures/llama-family/sharded", import.meta.url));
const name = "org/tiny-model";
const secret = "hf_secretsecret";
let cache: string;
let hub: HubImitation;
beforeEach(() => {
  cache = mkdtempSync(join(tmpdir(), "illume-hub-"));
});
afterEach(async () => {
  await hub?.close();
  rmSync(cache, { recursive: true });
});

async function start(faults: HubFaults = {}): Promise<void> {
  hub = await startHub(source, name, faults);
}

const fetchModel = (model = name, token = "") =>
  downloadModel(model, { cache, patience: 1, environment: { HF_ENDPOINT: hub.url, HF_TOKEN: token } });

async function refusal(model = name, token = ""): Promise<Error> {
  const error = await fetchModel(model, token).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(Error);
  expect((error as Error).message).toMatch(/^expected [^\p{Cc}]+$/u);
  expect(JSON.stringify([(error as Error).message, String((error as Error).cause)])).not.toContain(secret);
  return error as Error;
}

describe("a model of the Hub", () => {
  test("is fetched, checked, opened; and used offline afterwards", async () => {
    await start();
    const progress: string[] = [];
    const options = { cache, environment: { HF_ENDPOINT: hub.url } };
    const folder = await downloadModel(name, { ...options, onProgress: ({ file }) => progress.push(file) });
    expect(folder).toBe(join(cache, "hub", "org--tiny-model", hubCommit));
    for (const file of readdirSync(folder))
      expect(readFileSync(join(folder, file))).toEqual(readFileSync(join(source, file)));
    expect(existsSync(join(folder, "pytorch_model.bin"))).toBe(false);
    expect(existsSync(join(folder, "expected.json"))).toBe(false);
    expect(progress).toContain("model-00002-of-00003.safetensors");
    const model = await openPretrained(folder, { name });
    expect(model).toMatchObject({ name, shape: { untiedHead: true } });
    const asked = hub.requests.length;
    await hub.close();
    expect(await downloadModel(name, options)).toBe(folder);
    expect(await locatePretrained(name, options)).toEqual({ path: folder, name });
    expect(hub.requests).toHaveLength(asked);
    expect([isDownloaded(name, cache), isDownloaded(`${name}@v1`, cache)]).toEqual([true, false]);
  });

  test("has its weights once, whatever revisions name it", async () => {
    await start();
    const folder = await fetchModel();
    const before = hub.requests.length;
    expect(await fetchModel(`${name}@v1`)).toBe(folder);
    expect(hub.requests.slice(before).filter((request) => request.includes("safetensors"))).toEqual([]);
  });

  test("goes on where a connection broke, and fetches no byte twice", async () => {
    await start({ cuts: { bytes: 7_000, times: 3 } });
    const folder = await fetchModel();
    const shard = "model-00001-of-00003.safetensors";
    expect(readFileSync(join(folder, shard))).toEqual(readFileSync(join(source, shard)));
    const ofShard = hub.requests.filter((request) => request.includes(shard) && !request.endsWith(" bytes=0-0"));
    // The whole file first, then what is missing.
    expect(ofShard.map((request) => / bytes=(\d+)-/u.exec(request)?.[1])).toEqual([
      undefined,
      "7000",
      "14000",
      "21000",
    ]);
  });

  test("goes on after a process that gave up", async () => {
    await start({ cuts: { bytes: 0, times: 100 } });
    expect(await refusal()).toBeInstanceOf(StorageError);
    await hub.close();
    const unfinished = join(cache, "hub", "org--tiny-model", `.${hubCommit}.unfinished`);
    expect(existsSync(join(unfinished, "config.json"))).toBe(true);
    await start();
    await fetchModel();
    expect(hub.requests.filter((request) => request.includes("/config.json"))).toEqual([]);
  });

  test("with a wrong checksum is refused and removed", async () => {
    await start({ wrongBytes: true });
    const error = await refusal();
    expect(error).toBeInstanceOf(CorruptFileError);
    expect(error.message).toMatch(/checksum/);
    await hub.close();
    await start();
    const folder = await fetchModel();
    expect((await openPretrained(folder)).shape.layers).toBe(2);
  });

  test("that is gated wants a token, from the environment", async () => {
    await start({ token: secret });
    const error = await refusal();
    expect(error).toBeInstanceOf(InvalidArgumentError);
    expect(error.message).toMatch(/HF_TOKEN/);
    expect((await refusal(name, `${secret}-of-another`)).message).toMatch(/with the token in HF_TOKEN/);
    expect(await fetchModel(name, secret)).toContain(hubCommit);
  });

  test("that does not exist, or whose revision does not", async () => {
    await start();
    expect((await refusal("org/missing")).message).toMatch(/org\/missing/);
    const error = await refusal(`${name}@missing`);
    expect(error).toBeInstanceOf(InvalidArgumentError);
    expect(error.message).toMatch(/revision/);
  });

  test("without safetensors", async () => {
    hub = await startHub(fileURLToPath(new URL("../../../tests/fixtures/tokenizers/smollm", import.meta.url)), name);
    const error = await refusal();
    expect(error).toBeInstanceOf(UnsupportedCapabilityError);
    expect(error.message).toMatch(/only tokenizer.json/);
  });

  test("from a server that speaks HTML, and from none", async () => {
    for (const fault of ["page", "pageForFiles"]) {
      await start({ [fault]: "<html>captive portal</html>" });
      const page = await refusal();
      expect(page).toBeInstanceOf(StorageError);
      expect(page.message).toMatch(/but got a page of HTML/);
      await hub.close();
    }
    const error = await refusal();
    expect(error).toBeInstanceOf(StorageError);
    expect(error.message).toMatch(/network/);
  });
});

describe("names on the Hub", () => {
  test("with and without revision", () => {
    expect(parseHubName("HuggingFaceTB/SmolLM2-135M")).toEqual({
      repository: "HuggingFaceTB/SmolLM2-135M",
      revision: "main",
    });
    expect(parseHubName("a/b@refs/pr/1").revision).toBe("refs/pr/1");
  });

  test.each(["", "a", "a/b/c", "../b", "a/..", "a/b@../c", "/a/b", "a/b@", "a b/c", "a/b\u001b", ".a/b"])(
    "%j is none",
    (text) => {
      expect(isHubName(text)).toBe(false);
      expect(() => parseHubName(text)).toThrow(InvalidArgumentError);
    },
  );

  test("a short name stands for a whole one", async () => {
    const environment = { HF_ENDPOINT: "http://127.0.0.1:9" };
    const located = locatePretrained("SmolLM2-135M-Instruct", { cache, environment });
    await expect(located).rejects.toThrow(/"HuggingFaceTB\/SmolLM2-135M-Instruct"/);
  });

  test("paths are no names", async () => {
    expect(await locatePretrained(source)).toEqual({ path: source, name: "sharded" });
    expect(await locatePretrained(join(source, "config.json"))).toBeUndefined();
    expect(await locatePretrained("models/mine.safetensors")).toBeUndefined();
    expect(await locatePretrained("grade-school/sed-1")).toBeUndefined();
  });
});
