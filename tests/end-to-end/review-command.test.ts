/** illume review as a process: by lines of a pipe, in a terminal, as a page; beside a search, and after a kill. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { stringify } from "yaml";
import { landscapeDomain } from "../../src/rainbow-teaming/landscape/landscape-domain.ts";
import { reviews } from "../../src/rainbow-teaming/review/review-store.ts";
import { knownRun } from "../fixtures/prompt-run.ts";
import { startIllume } from "./illume-process.ts";
import { startLandscape } from "./landscape-server.ts";

const escapes = "\u001b]0;title\u0007\u001b[31mred";

describe("illume review", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "illume-review-"));
    for (const [name, sensitive] of [
      ["known", false],
      ["hidden", true],
      ["typed", false],
    ] as const) {
      const prompts = Array.from({ length: 4 }, (_, index) => [
        { text: `Prompt ${index} ${escapes}?`, response: `Answer ${index} ${escapes}.`, fitness: index % 2 },
        { text: `Next ${index}`, response: `Other ${index}`, fitness: 1, against: "lost" as const },
      ]).flat();
      knownRun(join(folder, "runs", name), prompts, { sensitive }).close();
    }
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  const illume = (args: string[], input?: string) =>
    startIllume(args, { cwd: folder, ...(input !== undefined && { input }) }).ended;
  const exported = (output: string, ...more: string[]) =>
    illume(["export", "known", "--output", output, ...more]).then(({ status, stderr }) => {
      // The run was made by hand, and is far from all of its iterations.
      expect([status, stderr]).toEqual([0, expect.stringMatching(/^The search is not finished: .*\n$/u)]);
      return readFileSync(join(folder, output), "utf8")
        .trim()
        .split("\n")
        .filter(Boolean)
        .map((line) => JSON.parse(line));
    });

  test("is scripted by lines; what it decides is honoured by export, report and the judge's measure", async () => {
    const all = await exported("all.jsonl", "--all");
    const { status, stdout, stderr } = await illume(
      ["review", "known", "--reviewer", "Ada", "--json"],
      "a\nr\nw\ne\nI cannot help.\n.\n",
    );
    expect([status, JSON.parse(stdout)]).toEqual([
      0,
      {
        command: "review",
        run: expect.any(String),
        accepted: 1,
        corrected: 2,
        rejected: 1,
        left: 0,
        pairs: 0,
        pairsLeft: 4,
      },
    ]);
    expect(stderr).toContain("All 4 items are decided");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
    expect(stderr).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f]/u);

    const kept = await exported("kept.jsonl", "--all");
    expect(kept).toHaveLength(all.length - 1);
    expect(kept.map(({ review }) => review.decision).sort()).toEqual(["accepted", "corrected", "corrected"]);
    expect(kept.find(({ review }) => review.response !== undefined).review.response).toBe("I cannot help.");
    const flipped = kept.find(({ review }) => review.success !== undefined);
    expect(flipped.success).toBe(!all.find(({ id }) => id === flipped.id).success);
    expect(await exported("accepted.jsonl", "--all", "--only-accepted")).toEqual(kept);
    expect(await exported("left.jsonl", "--all", "--unreviewed")).toEqual([]);

    const report = await illume(["report", "known"]);
    expect(report.stdout.replace(/\s+/gu, " ")).toContain(
      "Reviewed: 1 accepted, 2 corrected (1 with a better answer), 1 rejected; 0 pairs labelled.",
    );
    expect(report.stdout.replaceAll("\n", " ")).toContain(
      "Judge and reviewers on what is handled badly, of 3 accepted",
    );
  }, 60_000);

  test("pairs are labelled and measure a judge", async () => {
    const { status, stdout } = await illume(["review", "known", "--pairs"], "1\n2\n0\n1\n");
    expect([status, stdout.includes("4 pairs labelled")]).toEqual([0, true]);
    const labels = await exported("labels.jsonl", "--format", "labels");
    expect(labels.map(({ label }) => label)).toEqual(["first", "second", "tie", "first"]);
    const measured = await illume([
      "judge",
      "--labels",
      "labels.jsonl",
      "--judge",
      "/Answer/",
      "--kind",
      "regex",
      "--json",
    ]);
    expect(JSON.parse(measured.stdout)).toMatchObject({ kind: "pairs", pairs: 4 });
  }, 60_000);

  test("of a sensitive domain no text is printed unless it is asked for", async () => {
    const hidden = await illume(["review", "hidden"], "n\nn\np\nn\nq\n");
    expect([hidden.status, /Prompt \d|Answer|Other/u.test(hidden.stdout)]).toEqual([0, false]);
    expect(hidden.stdout).toContain("(hidden; s shows it)");
    expect((await illume(["review", "hidden", "--show"], "q\n")).stdout).toMatch(/Prompt \d/u);
  }, 60_000);

  test("a run of something else, and one that is not there, are refused", async () => {
    expect((await illume(["review", "nowhere"], "")).status).toBe(2);
    const { status, stderr } = await illume(["review", "known", "--page", "--port", "x"], "");
    expect([status, stderr]).toEqual([2, expect.stringContaining("--port")]);
  }, 60_000);

  test("in a terminal single keys decide, and Ctrl-C ends with all of them kept", async () => {
    const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
    const command = `${JSON.stringify(process.execPath)} ${JSON.stringify(main)} review typed`;
    const typed = spawn("script", ["-qec", command, "/dev/null"], { cwd: folder, stdio: ["pipe", "pipe", "inherit"] });
    let shown = "";
    typed.stdout.setEncoding("utf8").on("data", (text: string) => {
      shown += text;
    });
    const sees = async (text: string) => {
      while (!shown.includes(text) && typed.exitCode === null) await once(typed.stdout, "data");
    };
    await sees("Item 1 of 4");
    typed.stdin.write("ar");
    await sees("Item 3 of 4");
    typed.stdin.write("\u0003");
    const [code] = await once(typed, "close");
    expect([code, shown.includes("1 accepted, 0 corrected, 1 rejected, 2 left")]).toEqual([0, true]);
    expect(shown).not.toContain("\u001b]0;title");
    expect(reviews(join(folder, "runs", "typed")).items.size).toBe(2);
  }, 60_000);

  test("the page is served until Ctrl-C, and what was decided outlives a kill", async () => {
    for (const [signal, id, status] of [
      ["SIGKILL", "search/1", null],
      ["SIGINT", "search/3", 0],
    ] as const) {
      let told = "";
      const page = startIllume(["review", "hidden", "--page"], {
        cwd: folder,
        onError: (text) => {
          told += text;
        },
      });
      expect(await page.says("Ctrl-C ends it.")).toBe(true);
      const address = new URL(/http:\/\/127\.0\.0\.1:\d+\/#[\w-]+/u.exec(told)?.[0] ?? "");
      const headers = { "content-type": "application/json", authorization: `Bearer ${address.hash.slice(1)}` };
      const body = JSON.stringify({ kind: "item", id, decision: "accepted" });
      const answer = await fetch(new URL("/api/reviews", address), { method: "POST", headers, body });
      expect(answer.status).toBe(200);
      page.child.kill(signal);
      expect((await page.ended).status).toBe(status);
      expect(reviews(join(folder, "runs", "hidden")).items.get(id)?.decision).toBe("accepted");
    }
  }, 60_000);

  test("goes on beside a search without disturbing it", async () => {
    const served = await startLandscape({ milliseconds: 10 });
    try {
      const { mutator, target, judge } = served.ids;
      writeFileSync(join(folder, "landscape.yaml"), stringify(landscapeDomain(served.landscape)));
      const models = ["--target", target, "--mutator", mutator, "--judge", judge];
      const settings = ["--iterations", "160", "--batch-size", "8", "--output", "beside"];
      const search = startIllume(["search", "landscape.yaml", ...models, ...settings], { cwd: folder });
      await served.until(200);
      const run = join(folder, "beside", readdirSync(join(folder, "beside"))[0] as string);
      const { status, stdout } = await illume(["review", run], "a\nr\nq\n");
      expect([status, stdout.includes("1 accepted, 0 corrected, 1 rejected")]).toEqual([0, true]);
      const { status: ended, stderr } = await search.ended;
      expect([ended, ended === 0 ? "" : stderr]).toEqual([0, ""]);
      const decided = reviews(run).items;
      expect(decided.size).toBe(2);
      const kept = await illume(["export", run, "--output", "beside.jsonl", "--all"]);
      expect(kept.status).toBe(0);
      const [rejected] = [...decided.values()].filter(({ decision }) => decision === "rejected");
      const records = readFileSync(join(folder, "beside.jsonl"), "utf8")
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line));
      expect(records.map(({ id }) => id)).not.toContain(rejected?.id);
    } finally {
      await served.close();
    }
  }, 120_000);
});
