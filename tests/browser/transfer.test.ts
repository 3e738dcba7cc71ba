/** The transfer matrix of an attack in a real browser. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { visibleText } from "../../src/report/visible-text.ts";
import { hostilePayloads } from "../fixtures/hostile-texts/payloads.ts";
import { attackViewModel } from "../fixtures/report/transfer.ts";
import { executablePath, ReportBrowser } from "./open-report.ts";

describe.skipIf(executablePath === undefined)("the transfer matrix", () => {
  let browser: ReportBrowser;
  beforeAll(async () => {
    browser = await ReportBrowser.start();
  });
  afterAll(() => browser?.close());

  test("shows the held-out judge first, the other one and other archives when asked", async () => {
    const { page, complaints } = await browser.open(attackViewModel());
    const matrix = page.getByRole("table", { name: "Transfer matrix: archives by models" });
    const rows = async () =>
      (await matrix.locator("tbody tr").allInnerTexts()).map((row) => row.match(/\d+\.\d(?=\s?%)/gu));
    expect(await rows()).toEqual([
      ["90.0", "15.0", "15.0"],
      ["90.0", "60.0", "60.0"],
    ]);
    expect(await matrix.locator("tbody tr").first().textContent()).toMatch(/–\s*$/u);
    await page.getByRole("combobox", { name: "Judged by" }).selectOption({ index: 1 });
    expect(await rows()).toEqual([
      ["90.0", "45.0", "45.0", "45.0"],
      ["90.0", "45.0", "45.0", "45.0"],
    ]);
    await page.getByRole("combobox", { name: "Archive" }).selectOption({ index: 1 });
    const rates = page.getByRole("table", { name: "archive two", exact: true });
    expect(await rates.locator("tbody tr").count()).toBe(4);
    expect(await rates.textContent()).toContain("−45.0");
    expect(await page.locator("#transfer").textContent()).toContain("Intervals are over families.");
    await page.getByRole("combobox", { name: "By", exact: true }).selectOption({ index: 1 });
    const categories = page.getByRole("table", { name: "archive two by dimension length" });
    expect(await categories.locator("tbody tr").count()).toBe(2);
    expect(await categories.textContent()).toContain("55.0");
    expect(await page.getByRole("navigation").textContent()).not.toContain("Archive");
    expect(complaints).toEqual([]);
    await page.close();
  });

  test.each([1280, 360])(
    "hostile names are texts and nothing else, %d pixels wide",
    async (width) => {
      for (let from = 0; from < hostilePayloads.length; from += 20) {
        let used = 0;
        const shown: string[] = [];
        const text = (place: string) => {
          const hostile = `${place} ${hostilePayloads[(from + used++) % hostilePayloads.length]}`;
          shown.push(hostile);
          return hostile;
        };
        const { page, complaints } = await browser.open(attackViewModel({ text }), { width });
        const told = await page.evaluate(() => document.getElementById("report")?.textContent ?? "");
        expect(shown.filter((hostile) => hostile.startsWith("archive")).length).toBeGreaterThan(0);
        for (const hostile of shown.filter((each) => /^(?:archive|verdict|title)/u.test(each))) {
          expect(told).toContain(visibleText(hostile));
        }
        expect(await page.evaluate(() => "executed" in window)).toBe(false);
        expect(
          await page.locator("#report :is(script, img, iframe, object, embed, form, base, link, meta)").count(),
        ).toBe(0);
        expect(await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)).toBeLessThanOrEqual(0);
        expect(complaints).toEqual([]);
        await page.close();
      }
    },
    120_000,
  );
});
