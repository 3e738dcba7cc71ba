/** The page of a review in a real browser, on a run of hostile texts; said or failed without a Chromium, as in report.test.ts. */
import { mkdtempSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type ReviewServer, startReviewServer } from "../../src/rainbow-teaming/review/review-server.ts";
import { ReviewSession } from "../../src/rainbow-teaming/review/review-session.ts";
import { reviews } from "../../src/rainbow-teaming/review/review-store.ts";
import type { RunStore } from "../../src/runs/run-store.ts";
import { knownRun } from "../fixtures/prompt-run.ts";
import { hostileTexts } from "../fixtures/report/sample.ts";
import { findChromium } from "./find-chromium.ts";
import { measureContrast } from "./measure-contrast.ts";

const executablePath = findChromium(process.env);

if (executablePath === undefined) {
  const remedy = "install Chromium (Debian: apt-get install chromium) or set CHROMIUM_PATH";
  if (process.env.CI) test("a Chromium is there for the tests of the review's page", () => expect.fail(remedy));
  else console.warn(`The browser tests of the review's page were left out: no Chromium was found; ${remedy}.`);
}

describe.skipIf(executablePath === undefined)("the page of a review", () => {
  let browser: Browser;
  let folder: string;
  let store: RunStore;
  let session: ReviewSession;
  let server: ReviewServer;
  const complaints: string[] = [];

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: executablePath as string, args: ["--no-sandbox"] });
  });
  afterAll(() => browser?.close());
  beforeEach(() => {
    folder = join(mkdtempSync(join(tmpdir(), "illume-review-")), "run");
    complaints.length = 0;
  });
  afterEach(async () => {
    await server.close();
    session.close();
    store.close();
    rmSync(join(folder, ".."), { recursive: true });
  });

  const serve = async (texts: readonly string[], sensitive = false) => {
    const prompts = texts.flatMap((text) => [
      { text, response: `${text} 1`, fitness: 1 },
      { text: `${text} 2`, response: text, fitness: 1, against: "won" as const },
    ]);
    store = knownRun(folder, prompts, { sensitive, judge: judgeOf(texts[0] ?? "") });
    session = new ReviewSession({ store, reviewer: texts[0] });
    server = await startReviewServer({ session, kind: "items", shown: false });
  };
  const judgeOf = (text: string) => ({ kind: "pairwise", question: `Which? ${text}`, rubric: `Bad? ${text}` }) as const;

  async function open(address = server.url): Promise<Page> {
    const page = await browser.newPage({ viewport: { width: 360, height: 800 } });
    page.on("pageerror", (error) => complaints.push(String(error)));
    page.on("console", (message) => {
      if (["error", "warning"].includes(message.type())) complaints.push(message.text());
    });
    page.on("request", (request) => {
      if (!request.url().startsWith(new URL(server.url).origin)) complaints.push(`request ${request.url()}`);
    });
    await page.goto(address);
    await page.getByRole("heading", { level: 2, name: /^(Item|Pair) / }).waitFor();
    return page;
  }
  const heading = (page: Page, name: RegExp) => page.getByRole("heading", { level: 2, name }).waitFor();

  test("texts of models do nothing as markup, in items, pairs, answers and names", async () => {
    await serve(hostileTexts);
    const page = await open();
    for (const _ of hostileTexts) {
      const place = (await page.locator("#heading").textContent()) ?? "";
      await page.keyboard.press("e");
      await page.getByRole("textbox").fill(hostileTexts.join("\n"));
      await page.keyboard.press("Control+Enter");
      await page.waitForFunction((before) => document.querySelector("#heading")?.textContent !== before, place);
    }
    await page.locator("#heading", { hasText: "all are decided" }).waitFor();
    await page.keyboard.press("n");
    await page.getByRole("heading", { level: 3, name: "Better answer" }).waitFor();
    await page.keyboard.press("p");
    await heading(page, /^Pair 1 of/);
    for (const _ of hostileTexts) {
      const place = (await page.locator("#heading").textContent()) ?? "";
      await page.keyboard.press("n");
      await page.waitForFunction((before) => document.querySelector("#heading")?.textContent !== before, place);
    }
    expect(await page.evaluate(() => Reflect.has(window, "broken"))).toBe(false);
    const markup = "script:not([src='/review.js']), img, iframe, [onerror], [onmouseover], #texts :not(h3, pre)";
    expect(await page.locator(markup).count()).toBe(0);
    // biome-ignore lint/performance/useDomNodeTextContent: what is shown, not what is there
    const shown = await page.evaluate(() => document.body.innerText);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
    expect(shown).not.toMatch(/[\u0000-\u0008\u000e-\u001f\u202a-\u202e\u2066-\u2069]/u);
    expect(complaints).toEqual([]);
    const answers = [...reviews(folder).items.values()].map(({ response }) => response);
    expect(answers).toHaveLength(hostileTexts.length);
    expect(answers[0]).toContain("<script>window.broken = 1</script>");
    await page.close();
  }, 60_000);

  test("is used by keys alone, keeps each decision at once, and goes on after a reload", async () => {
    await serve(["one", "two", "three"]);
    const page = await open();
    await heading(page, /^Item 1 of 3/);
    await page.keyboard.press("a");
    await heading(page, /^Item 2 of 3/);
    await page.keyboard.press("w");
    await heading(page, /^Item 3 of 3/);
    expect([...reviews(folder).items.values()].map(({ decision }) => decision)).toEqual(["accepted", "corrected"]);
    await page.reload();
    await heading(page, /^Item 3 of 3/);
    // Keys typed into an answer are no decisions; Escape leaves it.
    await page.keyboard.press("e");
    await page.keyboard.type("rar");
    await page.keyboard.press("Escape");
    expect(reviews(folder).items.size).toBe(2);
    await page.keyboard.press("r");
    await page.locator("#heading", { hasText: "all are decided" }).waitFor();
    await page.keyboard.press("u");
    await page.getByText("Reviewed: not yet").waitFor();
    expect(reviews(folder).items.size).toBe(2);
    await page.keyboard.press("p");
    await heading(page, /^Pair 1 of 3/);
    // biome-ignore lint/performance/useDomNodeTextContent: what is shown, not what is there
    expect(await page.evaluate(() => document.body.innerText)).not.toMatch(/votes|success/iu);
    await page.keyboard.press("2");
    await heading(page, /^Pair 2 of 3/);
    await page.getByRole("button", { name: "The first" }).click();
    await heading(page, /^Pair 3 of 3/);
    expect([...reviews(folder).pairs.values()].map(({ label }) => label)).toEqual(["second", "first"]);
    expect(complaints).toEqual([]);
    await page.close();
  }, 60_000);

  test("an item that was not scored was handled well or badly, as a person says; there is nothing to accept", async () => {
    const prompts = ["one", "two"].map((text) => ({ text, response: text, fitness: 0, scored: false as const }));
    store = knownRun(folder, prompts);
    session = new ReviewSession({ store });
    server = await startReviewServer({ session, kind: "items", shown: false });
    const page = await open();
    await page.getByText("The judge: nothing readable").waitFor();
    expect(await page.getByRole("button", { name: /^Wrong/ }).count()).toBe(0);
    await page.keyboard.press("w");
    expect(await page.getByRole("button", { name: /^Accept/ }).count()).toBe(0);
    await page.keyboard.press("a");
    await page.getByText("Say whether it was handled well (y) or badly (x)").waitFor();
    await page.keyboard.press("y");
    await heading(page, /^Item 2 of 2/);
    await page.getByRole("button", { name: "Handled badly", exact: false }).click();
    await page.getByText("it was handled badly").waitFor();
    expect([...reviews(folder).items.values()].map(({ success }) => success)).toEqual([false, true]);
    expect(complaints).toEqual([]);
    await page.close();
  }, 60_000);

  test("texts of a sensitive domain come to the page only when they are asked for", async () => {
    await serve(["secretly", "hidden"], true);
    const page = await open();
    const bodies: string[] = [];
    page.on("response", async (response) => bodies.push(await response.text().catch(() => "")));
    await page.keyboard.press("n");
    await heading(page, /^Item 2 of 2/);
    // The criterion is the domain's own, no model's.
    // biome-ignore lint/performance/useDomNodeTextContent: what is shown, not what is there
    const shownTexts = () => page.locator("#texts").innerText();
    expect(await shownTexts()).not.toMatch(/secretly|hidden 2/u);
    expect(bodies.join()).not.toContain('"prompt"');
    await page.keyboard.press("s");
    await page.locator("#texts", { hasText: /secretly|hidden 2/ }).waitFor();
    await page.close();
  }, 60_000);

  test("another site can neither read nor decide, not even with the token", async () => {
    await serve(["one"]);
    const own = new URL(server.url);
    const token = own.hash.slice(1);
    const other: Server = createServer((_, response) => {
      response.setHeader("content-type", "text/html");
      response.end("<!doctype html><title>Other</title>");
    });
    await new Promise<void>((resolve) => other.listen(0, "127.0.0.1", resolve));
    const page = await browser.newPage();
    try {
      await page.goto(`http://127.0.0.1:${(other.address() as AddressInfo).port}/`);
      const outcomes = await page.evaluate(
        async ([origin, key]) => {
          const event = JSON.stringify({ kind: "item", id: "search/2", decision: "rejected" });
          const json = { "content-type": "application/json", authorization: `Bearer ${key}` };
          const tries: [string, RequestInit][] = [
            ["/api/work", { headers: { authorization: `Bearer ${key}` } }],
            ["/api/reviews", { method: "POST", headers: json, body: event }],
            ["/api/reviews", { method: "POST", headers: { authorization: `Bearer ${key}` }, body: event }],
            ["/api/reviews", { method: "POST", mode: "no-cors", body: event }],
          ];
          const told: string[] = [];
          for (const [path, init] of tries) {
            const outcome = await fetch(`${origin}${path}`, init).then(
              (answer) => answer.type,
              () => "refused",
            );
            told.push(outcome);
          }
          // A form needs no permission to be sent.
          const form = Object.assign(document.createElement("form"), {
            action: `${origin}/api/reviews`,
            method: "post",
            enctype: "text/plain",
            target: "frame",
          });
          const field = Object.assign(document.createElement("input"), { name: event.slice(0, -1), value: "}" });
          const frame = Object.assign(document.createElement("iframe"), { name: "frame" });
          form.append(field);
          document.body.append(frame, form);
          const loaded = new Promise((resolve) => {
            frame.onload = resolve;
            setTimeout(resolve, 2000);
          });
          form.submit();
          await loaded;
          return told;
        },
        [own.origin, token] as const,
      );
      expect(outcomes).toEqual(["refused", "refused", "refused", "refused"]);
      expect(reviews(folder).items.size).toBe(0);
    } finally {
      await page.close();
      await new Promise((resolve) => other.close(resolve));
      other.closeAllConnections();
    }
  }, 60_000);

  test("fits a narrow screen, and can be read in both themes", async () => {
    await serve(["W".repeat(2000), "two"]);
    for (const colorScheme of ["light", "dark"] as const) {
      const page = await open();
      await page.emulateMedia({ colorScheme });
      const overflow = await page.evaluate(
        () => document.documentElement.scrollWidth - document.documentElement.clientWidth,
      );
      expect(overflow).toBeLessThanOrEqual(0);
      const faint = (await page.evaluate(measureContrast)).filter(({ contrast }) => contrast < 4.5);
      expect(faint).toEqual([]);
      await page.close();
    }
  }, 60_000);
});
