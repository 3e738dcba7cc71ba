/** illume judge as a process: an endpoint that answers nonsense in between, a cache, a budget, hostile answers. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type FaultInjectingEndpoint, startFaultInjectingEndpoint } from "../endpoint/fault-injecting-endpoint.ts";
import { startIllume } from "./illume-process.ts";

const escapes = "\u001b]0;title\u0007\u001b[31m";
const question = "Which response is ruder?";

describe("illume judge", () => {
  let folder: string;
  let endpoint: FaultInjectingEndpoint;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "illume-judge-"));
    const rows = Array.from({ length: 12 }, (_, index) => {
      const [first, second] = index % 2 === 0 ? [`rude ${index}`, "kind"] : ["kind", `rude ${index}`];
      return JSON.stringify({ prompt: "p", first, second, label: index % 2 === 0 ? "first" : "second" });
    });
    writeFileSync(join(folder, "pairs.jsonl"), rows.join("\n"));
    writeFileSync(join(folder, "answers.csv"), "prompt,response,label\np,so rude,1\np,kind,0\n");
    // It tells rude from kind, but answers hostile text about the pairs with an 11.
    endpoint = await startFaultInjectingEndpoint({
      answer: ({ body }) => {
        const text = body.messages.map(({ content }) => content).join("\n");
        if (text.includes("rude 11")) return `${escapes}I cannot say`;
        return /begin response A\nrude/u.test(text) ? "A" : "B";
      },
      script: ({ attempt, content }) => (attempt === 0 && content < "3" ? "server-error" : undefined),
    });
  });
  afterAll(async () => {
    await endpoint.close();
    rmSync(folder, { recursive: true });
  });
  const judge = (...args: string[]) => startIllume(["judge", ...args], { cwd: folder }).ended;
  const pairwise = (...args: string[]) =>
    judge("--labels", "pairs.jsonl", "--judge", endpoint.modelId("trees"), "--rubric", question, ...args);

  test("measures a model behind an endpoint, and shows no escape of its answers", async () => {
    const { status, stdout, stderr } = await pairwise("--comparisons", "3");
    expect([status, stderr]).toEqual([0, expect.stringContaining("Estimate: up to 72 calls")]);
    expect(stdout).toContain("91.7 %");
    expect(stdout).toContain("I cannot say");
    expect(stdout).not.toContain("\u001b");
  }, 60_000);

  test("stops at a budget, and goes on from the cache without paying twice", async () => {
    const stopped = await pairwise("--cache", "calls.sqlite", "--max-calls", "20");
    expect([stopped.status, stopped.stdout]).toEqual([7, ""]);
    const { status, stdout } = await pairwise("--cache", "calls.sqlite", "--json");
    expect(status).toBe(0);
    const document = JSON.parse(stdout);
    // Eleven pairs in two orders are settled by three equal votes of four; nothing settles the other.
    expect(document).toMatchObject({ kind: "pairs", pairs: 12, calls: 11 * 2 * 3 + 8, answers: 74 });
    expect(document.accuracy.estimate).toBeCloseTo(11 / 12, 12);
    expect(document.unparsable.estimate).toBeCloseTo(8 / 74, 12);
    expect(document.chosenShownFirst.estimate).toBeGreaterThan(0.3);
    expect(document.spending.calls).toBe(54);
  }, 60_000);

  test.each([
    [["--labels", "answers.csv", "--judge", "rude", "--kind", "regex"], 0],
    [["--labels", "answers.csv", "--judge", "(", "--kind", "regex"], 2],
    [["--labels", "answers.csv", "--judge", "x", "--kind", "pairwize"], 2],
    [["--labels", "answers.csv", "--kind", "regex"], 2],
    [["--labels", "pairs.jsonl", "--judge", "none.json", "--kind", "schema"], 5],
    [["--labels", "none.jsonl", "--judge", "rude", "--kind", "regex"], 5],
  ])(
    "%j ends with %d",
    async (args, code) => {
      const { status, stderr } = await judge(...args);
      expect([status, stderr]).toEqual([code, code === 0 ? "" : expect.stringMatching(/^illume: expected .+\n$/u)]);
    },
    60_000,
  );
});
