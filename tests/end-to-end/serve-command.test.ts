/** `illume serve` as a process: what it says, who it lets in, how it ends. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type IllumeProcess, runIllume, startIllume } from "./illume-process.ts";

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "illume-serve-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

const secret = "sk-of-the-test";
const serving = ["--threads", "1", "--port", "0"];

/** A running server's address, once it has said so. */
async function started(...flags: string[]): Promise<IllumeProcess & { url: string; said: () => string }> {
  let text = "";
  const environment = { ILLUME_KEY: secret };
  const process = startIllume(["serve", "grade-school", ...serving, ...flags], {
    cwd: folder,
    environment,
    onError: (piece) => {
      text += piece;
    },
  });
  expect(await process.says("Ctrl-C stops"), text).toBe(true);
  const [, url = ""] = /at (http:\S+)/.exec(text) ?? [];
  return { ...process, url, said: () => text };
}

const completion = (url: string, body: object, key = secret) =>
  fetch(`${url}/completions`, {
    method: "POST",
    headers: { "content-type": "application/json", authorization: `Bearer ${key}` },
    body: JSON.stringify({ model: "small", prompt: "Mia has 12 apples.", temperature: 0, ...body }),
  });

test.each(["SIGINT", "SIGTERM"] as const)("serves until %s, which lets requests finish", async (signal) => {
  const server = await started("--json", "--name", "small", "--key-env", "ILLUME_KEY");
  expect((await completion(server.url, {}, "other")).status).toBe(401);
  const answer = await completion(server.url, { max_tokens: 5 });
  expect(answer.status).toBe(200);
  expect(await answer.json()).toMatchObject({ model: "small", choices: [{ finish_reason: expect.any(String) }] });
  server.child.kill(signal);
  const { status, stdout, stderr } = await server.ended;
  expect([status, JSON.parse(stdout)]).toEqual([0, { command: "serve", url: server.url, model: "small" }]);
  expect(stderr).toMatch(/POST \/v1\/completions 401 .*\nPOST \/v1\/completions 200 /);
  expect(stderr + stdout).not.toContain(secret);
});

describe("does not start", () => {
  test.each<[string, number, RegExp, string[]]>([
    ["without a model", 2, /expected ID after illume serve/, []],
    ["with a model that is not there", 2, /did you mean "grade-school"/, ["grade-shool"]],
    ["for other machines without a key", 2, /--key-env NAME, or --no-key/, ["grade-school", "--host", "0.0.0.0"]],
    ["with a key that is not set", 2, /environment variable "NO_SUCH"/, ["grade-school", "--key-env", "NO_SUCH"]],
    ["on a port that is none", 2, /after --port/, ["grade-school", "--port", "70000"]],
    [
      "on an address that is not this machine's",
      5,
      /another --host/,
      ["grade-school", "--host", "192.0.2.1", "--no-key"],
    ],
  ])("%s", async (_, code, message, flags) => {
    const { status, stderr } = await runIllume(["serve", ...flags], { cwd: folder });
    expect([status, stderr.trim().split("\n")]).toEqual([code, [expect.stringMatching(message)]]);
  });

  test("on a port that is taken", async () => {
    const server = await started("--json");
    const { port } = new URL(server.url);
    const { status, stderr } = await runIllume(["serve", "grade-school", "--port", port], { cwd: folder });
    expect([status, stderr]).toEqual([5, expect.stringContaining("choose another --port")]);
    server.child.kill("SIGTERM");
    expect((await server.ended).status).toBe(0);
  });
});
