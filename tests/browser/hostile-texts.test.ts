/** Texts that try to break out of the report, in a real browser: they are shown as text, and do nothing. */
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { visibleText } from "../../src/report/visible-text.ts";
import { itemAddress } from "../../web/src/items/item-address.ts";
import { hostilePayloads } from "../fixtures/hostile-texts/payloads.ts";
import { hostileViewModel } from "../fixtures/report/hostile.ts";
import { executablePath, ReportBrowser } from "./open-report.ts";

/** What the page is made of; everything else came out of a text. */
const ownElements =
  "a article aside button circle code dd details div dl dt fieldset figcaption figure footer g h1 h2 h3 h4 header i input " +
  "ins label legend li line main marker nav ol option p path pre rect section select span strong style summary svg table tbody " +
  "td text tfoot th thead title tr tspan ul";

/** Inside the page: what a text could have made of itself. */
function intruders(own: string): string[] {
  const known = new Set(own.split(" "));
  const elements = [...document.querySelectorAll("#report, #report *")];
  return elements.flatMap((element) => [
    ...(known.has(element.localName) ? [] : [`element ${element.localName}`]),
    ...[...element.attributes]
      .filter(({ name, value }) => {
        if (name.startsWith("on") || ["src", "srcdoc", "action", "formaction", "xlink:href"].includes(name))
          return true;
        return name === "href" && !value.startsWith("#");
      })
      .map(({ name, value }) => `attribute ${name}=${value.slice(0, 80)}`),
  ]);
}

/** Inside the page: every event that a handler could wait for, on everything that there is. */
function disturb(): void {
  const pointer = ["mouseover", "mouseenter", "mousemove", "pointerover", "pointerenter"];
  const others = ["focus", "focusin", "toggle", "load", "error", "pageshow", "begin"];
  for (const element of document.querySelectorAll("body, #report *")) {
    for (const name of pointer) element.dispatchEvent(new PointerEvent(name, { clientX: 1, clientY: 1 }));
    for (const name of others) element.dispatchEvent(new Event(name));
  }
}

/** Inside the page: its text, as a screen reader meets it. */
const textOfReport = () => document.getElementById("report")?.textContent ?? "";

describe.skipIf(executablePath === undefined)("hostile texts in the report", () => {
  let browser: ReportBrowser;
  beforeAll(async () => {
    browser = await ReportBrowser.start();
  });
  afterAll(() => browser?.close());

  async function expectNothingRan(page: Page, complaints: readonly string[]): Promise<void> {
    await page.evaluate(disturb);
    expect(await page.evaluate(intruders, `div ${ownElements}`)).toEqual([]);
    expect(await page.evaluate(() => "executed" in window || "executed" in Object.prototype)).toBe(false);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
    expect(complaints).toEqual([]);
  }

  test.each([1280, 360])("the whole report, everything unfolded, %s pixels wide", async (width) => {
    const viewModel = hostileViewModel();
    const { page, complaints } = await browser.open(viewModel, { width });
    // The title comes from the head of the file and from the data: both give the same text.
    const title = visibleText(viewModel.title).replaceAll(/\s+/gu, " ").trim();
    expect(await page.title()).toBe(title);
    for (const row of [0, 5, 30, 61]) {
      await page.locator(`[data-row="${row}"][data-column="${row % 3}"]`).click();
      await page.evaluate(() => {
        for (const details of document.querySelectorAll("#report details")) (details as HTMLDetailsElement).open = true;
      });
      await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve))));
    }
    const text = await page.evaluate(textOfReport);
    for (const [place, payload] of hostilePayloads.entries()) {
      const settings = [`name ${place} ${payload}`, `value ${place} ${payload}`, `note ${place} ${payload}`];
      for (const shown of [...settings, `phase ${payload}`, `role ${payload}`, `model ${payload}`]) {
        expect(text).toContain(visibleText(shown));
      }
    }
    for (const { name, judges } of viewModel.transfer?.archives ?? []) {
      const [heldOut] = judges;
      for (const shown of [name, heldOut?.judge, ...(heldOut?.cells.map(({ target }) => target) ?? [])]) {
        expect(text).toContain(visibleText(shown ?? "nothing"));
      }
    }
    for (const shown of [viewModel.verdict, viewModel.command, `problem 61 ${hostilePayloads[61]}`]) {
      expect(text).toContain(visibleText(shown).slice(0, 1000));
    }
    await expectNothingRan(page, complaints);
    await page.close();
  });

  test("each text on its item's page, with its lineage, votes and review", async () => {
    const viewModel = hostileViewModel();
    const { page, complaints } = await browser.open(viewModel);
    const items = viewModel.archive?.items ?? [];
    expect(items.length).toBe(hostilePayloads.length);
    for (const [place, item] of items.entries()) {
      await page.evaluate(
        (hash) => {
          location.hash = hash;
          return new Promise((resolve) => addEventListener("hashchange", () => setTimeout(resolve), { once: true }));
        },
        itemAddress(visibleText(item.id)),
      );
      const text = await page.evaluate(textOfReport);
      const parent = place % 5 > 0 ? items[place - 1] : undefined;
      const { problem, modelAnswer, rightAnswer, seed, mutation, correction, judgements = [], reasons = [] } = item;
      for (const shown of [
        problem,
        modelAnswer,
        rightAnswer,
        seed,
        mutation,
        correction,
        ...judgements,
        ...reasons.flatMap(({ judge, text }) => [judge, text]),
        parent?.problem,
      ]) {
        // Longer ones are cut until they are asked for.
        if (shown !== undefined) expect(text).toContain(visibleText(shown).slice(0, 1400));
      }
      expect(text).not.toContain(`The report has no`);
      if (place % 20 === 0) await expectNothingRan(page, complaints);
    }
    await expectNothingRan(page, complaints);
    await page.close();
  });

  test("hostile addresses lead to no item, and hostile words are searched for as they are", async () => {
    const { page, complaints } = await browser.open(hostileViewModel(), {
      hash: "#item=%3Cimg%20src=x%20onerror=window.executed=1%3E",
    });
    expect(await page.evaluate(textOfReport)).toContain("no prompt of this name");
    for (const hash of hostilePayloads.filter((payload) => payload.startsWith("#"))) {
      await page.evaluate((wanted) => {
        location.hash = wanted;
      }, hash);
    }
    await page.keyboard.press("Escape");
    for (const payload of ["<svg onload=", "{{constructor", "__proto__", "[U+202E]", ".*(", "\\"]) {
      await page.getByRole("searchbox").fill(payload);
      const found = hostilePayloads.filter((text) => visibleText(text).toLowerCase().includes(payload.toLowerCase()));
      const expected = page.locator("#items").getByRole("status");
      await expected.getByText(new RegExp(`^${found.length} prompts?$`, "u")).waitFor();
    }
    await expectNothingRan(page, complaints);
    await page.close();
  });

  test("texts of a sensitive domain are nowhere before they are asked for: in no part of the page, in no search", async () => {
    const viewModel = hostileViewModel({ hidden: true });
    const { page, complaints } = await browser.open(viewModel);
    const secrets = ["problem", "answer", "right", "seed", "correction", "reason"];
    // With the attributes, and the values of fields.
    const leaked = async () => {
      const html = await page.evaluate(() => document.getElementById("report")?.outerHTML ?? "");
      return secrets.filter((secret) => new RegExp(`${secret} \\d+ `, "u").test(html));
    };
    await page.locator('[data-row="7"][data-column="1"]').click();
    await page.locator("article summary").first().click();
    expect(await leaked()).toEqual([]);
    const status = page.locator("#items").getByRole("status");
    await page.getByRole("searchbox").fill("problem 7 ");
    await status.getByText("0 prompts", { exact: true }).waitFor();
    await page.getByRole("searchbox").fill("id 7 <");
    await status.getByText("1 prompt", { exact: true }).waitFor();
    expect(await leaked()).toEqual([]);
    await page.locator("#items ol a").click();
    const article = page.getByRole("article");
    await article.locator("ol").waitFor();
    expect(await leaked()).toEqual([]);
    // This one's texts alone, not those of its ancestors.
    await article.getByRole("button", { name: "Show this prompt" }).first().click();
    const text = await page.evaluate(textOfReport);
    expect(text).toContain(visibleText(`problem 7 ${hostilePayloads[7]}`));
    expect(text).toContain(visibleText(`correction 7 ${hostilePayloads[7]}`));
    expect(text).toContain(visibleText(`reason 7 ${hostilePayloads[7]}`));
    for (const other of [5, 6]) expect(text).not.toContain(`problem ${other} `);
    await page.getByRole("button", { name: "Show the texts" }).first().click();
    const all = await page.evaluate(textOfReport);
    for (const other of [5, 6]) expect(all).toContain(`problem ${other} `);
    await page.getByRole("button", { name: "Hide the texts" }).first().click();
    expect(await leaked()).toEqual([]);
    await expectNothingRan(page, complaints);
    await page.close();
  });
});
