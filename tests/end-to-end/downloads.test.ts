/** Models of the Hugging Face Hub, fetched by commands from a loopback imitation of it: progress, and what goes wrong. */
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type HubFaults, type HubImitation, startHub } from "../fixtures/llama-family/hub.ts";
import { runIllume, startIllume } from "./illume-process.ts";

const source = fileURLToPath(new URL("../fixtures/llama-family/sharded", import.meta.url));
const name = "org/tiny-model";
const id = `illume:${name}`;
let folder: string;
let hub: HubImitation | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "illume-downloads-"));
});
afterEach(async () => {
  await hub?.close();
  hub = undefined;
  rmSync(folder, { recursive: true });
});

async function options(faults: HubFaults = {}, token = "") {
  // The fixture's context is shorter than the question of illume models check.
  const files = join(folder, "model");
  cpSync(source, files, { recursive: true });
  const configuration = JSON.parse(readFileSync(join(files, "config.json"), "utf8"));
  writeFileSync(join(files, "config.json"), JSON.stringify({ ...configuration, max_position_embeddings: 256 }));
  hub = await startHub(files, name, faults);
  const environment = { HF_ENDPOINT: hub.url, ILLUME_CACHE: join(folder, "cache"), HF_TOKEN: token };
  return { cwd: folder, environment };
}

const fetched =
  /^model-00002-of-00003\.safetensors: [\d.]+ of [\d.]+ kB, 100 %\n(.*\n)*Fetched \d+ files, [\d.]+ kB\.\n/m;

describe("a model that is fetched on first use", () => {
  test("illume models check tells of each file, and asks nobody the second time", async () => {
    const given = await options();
    const check = () => runIllume(["models", "check", id, "--threads", "1", "--json"], given);
    const first = await check();
    expect([first.status, first.stderr]).toEqual([0, expect.stringMatching(fetched)]);
    expect(first.stderr).not.toMatch(/[^\P{Cc}\n]/u);
    expect(JSON.parse(first.stdout)).toMatchObject({ check: { id } });
    const asked = hub?.requests.length;
    const second = await check();
    expect([second.status, hub?.requests.length]).toEqual([0, asked]);
    expect(second.stderr).not.toMatch(/safetensors|Fetched/);
  });

  test("illume serve tells of each file before it serves", async () => {
    const server = startIllume(["serve", id, "--threads", "1", "--port", "0"], await options());
    await server.says("Fetched ");
    server.child.stdout?.once("data", () => server.child.kill("SIGTERM"));
    const { status, stderr, stdout } = await server.ended;
    expect([status, stderr, stdout]).toEqual([0, expect.stringMatching(fetched), expect.stringMatching(/^Serving /)]);
  });

  test("illume learn tells of each file before it makes a run", async () => {
    const data = join(folder, "examples.jsonl");
    writeFileSync(data, '{"neither": "this nor that"}\n');
    const { status, stderr } = await runIllume(["learn", "--model", id, "--data", data], await options());
    expect(status).not.toBe(0);
    expect(stderr).toMatch(fetched);
    expect(existsSync(join(folder, "runs"))).toBe(false);
  });
});

describe("what goes wrong is one line", () => {
  test.each<[string, HubFaults, number, RegExp]>([
    ["a gated model", { token: "hf_another" }, 2, /HF_TOKEN/],
    ["a file that was changed on its way", { wrongBytes: true }, 5, /checksum/],
    [
      "a server that speaks HTML",
      { page: "<html>captive portal</html>" },
      5,
      /"org\/tiny-model" on http:.*a page of HTML/,
    ],
    ["HTML in place of a file", { pageForFiles: "<html>captive portal</html>" }, 5, /a page of HTML/],
  ])("%s", async (_, faults, code, message) => {
    const { status, stderr } = await runIllume(["models", "check", id], await options(faults));
    const lines = stderr.trim().split("\n");
    expect([status, lines.at(-1)]).toEqual([code, expect.stringMatching(message)]);
    expect(lines.filter((line) => line.startsWith("illume: "))).toHaveLength(1);
  });

  test("a model that is not there, and a host that is out of reach", async () => {
    const given = await options();
    const missing = await runIllume(["models", "check", `${id}@missing`], given);
    expect([missing.status, missing.stderr]).toEqual([2, expect.stringMatching(/^illume: .*404.*revision\n$/)]);
    await hub?.close();
    const away = await runIllume(["models", "check", id], given);
    expect([away.status, away.stderr]).toEqual([5, expect.stringMatching(/^illume: .*no answer.*network.*\n$/)]);
  });
});
