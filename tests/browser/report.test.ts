/**
 * The report in a real browser, from a file. Without a Chromium on this machine these tests are left out, which is said;
 * in continuous integration that is a failure.
 */
import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { emptyViewModel, hostileTexts, sampleViewModel, unfinishedViewModel } from "../fixtures/report/sample.ts";
import { measureContrast } from "./measure-contrast.ts";
import { executablePath, ReportBrowser, sayWithoutChromium } from "./open-report.ts";

sayWithoutChromium();

describe.skipIf(executablePath === undefined)("report page", () => {
  let browser: ReportBrowser;
  beforeAll(async () => {
    browser = await ReportBrowser.start();
  });
  afterAll(() => browser?.close());
  const open: ReportBrowser["open"] = (...given) => browser.open(...given);

  const cell = (page: Page, row: number, column: number) =>
    page.locator(`[data-row="${row}"][data-column="${column}"]`);
  const textOf = async (locator: Locator) => (await locator.textContent()) ?? "";
  const panel = (page: Page) => page.getByRole("region", { name: /^Cell / });
  const overflow = (page: Page) =>
    page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

  test("prompts of a sensitive domain are drawn only when asked for, and do nothing as markup", async () => {
    const sample = sampleViewModel({ items: 60 });
    const payload = "<img src=x onerror=\"document.title='run'\"><script>document.title='run'</script>";
    const archive = sample.archive ?? expect.fail("the sample has no archive");
    const items = archive.items.map(({ rightAnswer: _, ...item }) => ({
      ...item,
      problem: `secret prompt ${payload}`,
      modelAnswer: `secret response ${payload}`,
      judgements: [`Votes 3 to 1 ${payload}`],
    }));
    const spending = [
      { role: "mutator", model: `model ${payload}`, calls: 1234, inputTokens: 5, outputTokens: 6, price: "$0.12" },
    ];
    const { page, complaints } = await open({
      ...sample,
      spending,
      archive: { ...archive, items, kind: "prompts", hidden: true },
    });
    const elite = items.find((item) => item.elite) ?? expect.fail("no elite");
    const [rowDimension, columnDimension] = [...archive.dimensions.keys()].sort(
      (a, b) => (archive.dimensions[b]?.bins.length ?? 0) - (archive.dimensions[a]?.bins.length ?? 0) || a - b,
    ) as [number, number];
    await cell(page, elite.bins[rowDimension] as number, elite.bins[columnDimension] as number).click();
    await panel(page).waitFor();
    expect(await textOf(page.locator("body > *:not(script)").first())).not.toContain("secret");
    expect(await textOf(panel(page))).toContain("Votes 3 to 1 <img");
    await page.getByRole("button", { name: "Show the texts" }).click();
    expect(await textOf(panel(page))).toContain("secret prompt <img");
    expect(await textOf(panel(page))).toContain("secret response <img");
    expect(await textOf(page.locator("#run"))).toContain("1,234");
    expect(await page.title()).toBe(sample.title);
    expect(complaints).toEqual([]);
    await page.close();
  }, 60_000);

  test("shows verdict, comparisons, archive, curves, card, cost and command, and loads nothing", async () => {
    const { archive, ...rest } = sampleViewModel({ items: 600 });
    const viewModel = { ...rest, ...(archive && { archive: { ...archive, rounds: 3 } }) };
    const { page, complaints } = await open(viewModel);
    expect(await page.title()).toBe(viewModel.title);
    const text = await textOf(page.getByRole("main"));
    expect(await textOf(page.getByRole("banner"))).toContain(viewModel.verdict);
    for (const comparison of viewModel.comparisons) expect(text).toContain(comparison.name);
    for (const row of viewModel.card) expect(text).toContain(row.measure);
    for (const row of viewModel.settings) expect(text).toContain(row.name);
    for (const note of viewModel.notes) expect(text).toContain(note);
    expect(text).toContain("[15.4, 19.0]");
    expect(text).toContain("+40.4");
    expect(text).toContain("2,751,700");
    expect(text).toContain("3 rounds together: each problem was found against the model of any round");
    expect(text).toContain("Begun with");
    expect(await page.locator(".curve-chart").count()).toBe(viewModel.curves.length);
    expect(await page.getByRole("grid").getByRole("button").count()).toBe(11 * 6);
    expect(await page.locator("pre code").textContent()).toBe(viewModel.command);
    expect(complaints).toEqual([]);
  });

  test("opens a cell by click: problem, wrong answer, right answer, lineage back to the seed", async () => {
    const viewModel = sampleViewModel({ items: 600 });
    const { page, complaints } = await open(viewModel);
    await cell(page, 10, 2).click();
    const best = viewModel.archive?.items
      .filter((item) => item.elite && item.bins[0] === 10 && item.bins[1] === 2)
      .sort((a, b) => b.fitness - a.fitness)[0];
    if (best === undefined) return expect.fail("the sample has nothing in this cell");
    const article = panel(page).getByRole("article").first();
    const text = await textOf(article);
    for (const part of [best.problem, best.modelAnswer, best.rightAnswer]) expect(text).toContain(part);
    expect(best.correct).toBe(false);
    expect(text).toContain("Model's answer, wrong");

    await article.locator("summary").click();
    const steps = await article.locator("ol > li").allInnerTexts();
    const ancestors = [best];
    for (let at = best; at.parentId !== undefined; ) {
      at = viewModel.archive?.items.find(({ id }) => id === at.parentId) ?? expect.fail("a parent is missing");
      ancestors.unshift(at);
    }
    expect(ancestors.length).toBeGreaterThan(2);
    expect(steps.length).toBe(ancestors.length);
    for (const [index, ancestor] of ancestors.entries()) {
      expect(steps[index]).toContain(ancestor.mutation);
      expect(steps[index]).toContain(ancestor.problem);
    }
    expect(complaints).toEqual([]);
  });

  test("is used with the keyboard alone: arrows, Enter, Escape", async () => {
    const { page } = await open(sampleViewModel({ items: 600 }));
    await cell(page, 0, 0).focus();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowRight");
    await page.keyboard.press("ArrowRight");
    const focused = () => page.evaluate(() => document.activeElement?.getAttribute("aria-label") ?? "");
    expect(await focused()).toMatch(/^multiply \/ divide, 3 steps: filled, \d+ problems, \d+ wrong/);
    expect(await page.getByRole("grid").locator("button[tabindex='0']").count()).toBe(1);
    await page.keyboard.press("Enter");
    expect(await focused()).toBe("Cell multiply / divide · 3 steps");
    await page.keyboard.press("Tab");
    expect(await page.evaluate(() => document.activeElement?.textContent?.trim())).toBe("Close");
    await page.keyboard.press("Escape");
    expect(await panel(page).count()).toBe(0);
    expect(await focused()).toMatch(/^multiply \/ divide, 3 steps/);
    await page.keyboard.press("Control+End");
    expect(await focused()).toMatch(/^three kinds or more, 6 steps/);
  });

  test("the selectors choose rows, columns, a bin of the rest, and what cells show", async () => {
    const viewModel = sampleViewModel({ items: 600 });
    const { page } = await open(viewModel);
    const grid = page.getByRole("grid");
    await page.getByLabel("Columns").selectOption("wording");
    expect(await grid.getByRole("button").count()).toBe(11 * 4);
    await page.getByLabel("Rows").selectOption("wording");
    expect(await grid.getAttribute("aria-label")).toBe("Archive: wording by operations");
    const controls = page.getByRole("group", { name: "What the map shows" });
    await controls.getByRole("combobox", { name: "steps" }).selectOption("2 steps");
    await page.getByLabel("Cells show").selectOption("all problems kept");
    const shown = (await grid.getByRole("button").allInnerTexts())
      .map((text) => Number(text.replace(/\D/g, "")))
      .reduce((sum, count) => sum + count, 0);
    expect(shown).toBe(viewModel.archive?.items.filter((item) => item.elite && item.bins[1] === 1).length);
  });

  test("filled, weak and empty cells differ by more than their colour", async () => {
    const { page } = await open(sampleViewModel({ items: 300 }));
    const text = async (state: string) =>
      (await page.locator(`button[data-state="${state}"]`).allTextContents()).join();
    expect(await text("weak")).toMatch(/^w\d+(,w\d+)*$/);
    expect(await text("empty")).toMatch(/^·(,·)*$/);
    expect(await text("filled")).toMatch(/^\d+(,\d+)*$/);
  });

  test("hostile texts are shown, and do nothing", async () => {
    for (const width of [1280, 360]) {
      const { page, complaints } = await open(sampleViewModel({ items: 150, hostile: true }), { width });
      for (const [row, column] of [
        [0, 0],
        [10, 2],
        [3, 1],
      ] as const) {
        await cell(page, row, column).click();
        const more = panel(page).getByRole("button", { name: /^Show .* other/ });
        while ((await more.count()) > 0) await more.click();
        for (const summary of await panel(page).locator("summary").all()) await summary.click();
        const whole = panel(page).getByRole("button", { name: /^Show all/ });
        while ((await whole.count()) > 0) await whole.first().click();
        expect(await overflow(page)).toBe(0);
      }
      const text = await textOf(page.locator("#report"));
      expect(text).toContain("<script>window.broken = 1</script>");
      expect(text).toContain("</script><script>window.broken = 2</script>");
      expect(text).toContain("[U+202E]52 selppa[U+202C]");
      expect(await page.evaluate(() => "broken" in window)).toBe(false);
      expect(await page.locator("#report script, #report img, #report iframe").count()).toBe(0);
      expect(complaints).toEqual([]);
    }
    expect(hostileTexts.length).toBe(10);
  });

  test("code that comes into the page by other ways is stopped by its policy", async () => {
    const { page, complaints } = await open(emptyViewModel());
    const blocked = await page.evaluate(() => {
      const script = document.createElement("script");
      try {
        script.textContent = "window.broken = 6";
        document.head.append(script);
      } catch {
        return "refused";
      }
      return "broken" in window ? "ran" : "refused";
    });
    expect(blocked).toBe("refused");
    const fetched = await page.evaluate(() =>
      fetch("https://example.invalid/").then(
        () => "sent",
        () => "refused",
      ),
    );
    expect(fetched).toBe("refused");
    expect(complaints.join()).toContain("Content Security Policy");
  });

  test("at 360 pixels nothing scrolls sideways, also with a cell and its lineage open", async () => {
    const { page, complaints } = await open(sampleViewModel({ items: 600 }), { width: 360 });
    expect(await overflow(page)).toBe(0);
    await cell(page, 10, 2).click();
    await panel(page).locator("summary").first().click();
    expect(await overflow(page)).toBe(0);
    for (const summary of await page.locator("figure summary").all()) await summary.click();
    expect(await overflow(page)).toBe(0);
    const small = await page.evaluate(() =>
      [...document.querySelectorAll("button, select, summary")]
        .map((element) => element.getBoundingClientRect())
        .filter(({ height, width }) => height < 20 || width < 24),
    );
    expect(small).toEqual([]);
    expect(complaints).toEqual([]);
  });

  test.each([false, true])("texts have a contrast of at least 4.5 (dark: %s)", async (dark) => {
    const { page } = await open(sampleViewModel({ items: 300 }), { dark });
    await cell(page, 10, 2).click();
    await panel(page).locator("summary").first().click();
    const measured = await page.evaluate(measureContrast);
    expect(measured.length).toBeGreaterThan(200);
    expect(measured.filter(({ contrast }) => contrast < 4.5)).toEqual([]);
    const background = await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    expect(background).toBe(dark ? "rgb(21, 24, 27)" : "rgb(255, 255, 255)");
  });

  test.each([false, true])(
    "a cell in which nothing was scored is told apart from a weak one, dark: %s",
    async (dark) => {
      const sample = sampleViewModel({ items: 60 });
      const archive = sample.archive ?? expect.fail("the sample has no archive");
      const bins = archive.dimensions.map(() => 0);
      const items = [
        ...archive.items.filter(({ bins: [first] }) => first !== 0),
        ...[0, 1].map((wording) => ({
          ...(archive.items[0] ?? expect.fail("no item")),
          id: `unread ${wording}`,
          bins,
          fitness: 0,
          correct: true,
          scored: false as const,
          elite: true,
        })),
      ];
      const { page, complaints } = await open({ ...sample, archive: { ...archive, items, kind: "prompts" } }, { dark });
      const unscored = cell(page, 0, 0);
      expect(await unscored.getAttribute("data-state")).toBe("unscored");
      expect(await unscored.getAttribute("aria-label")).toMatch(/: not scored, 2 prompts$/u);
      expect(await textOf(unscored)).toBe("?");
      expect(await textOf(page.getByRole("list", { name: "Legend" }))).toContain("1 not scored: the judge's answer");
      expect(await textOf(page.locator("#archive"))).toContain("and 1 not scored");
      const looks = await page.evaluate(() =>
        ["unscored", "weak"].map((state) => {
          const { backgroundImage, borderTopStyle } = getComputedStyle(
            document.querySelector(`button.${state}`) as Element,
          );
          return [backgroundImage.split("(")[0], borderTopStyle];
        }),
      );
      expect(looks).toEqual([
        ["radial-gradient", "dotted"],
        ["repeating-linear-gradient", "dashed"],
      ]);
      await page.getByText("The archive's cells that are not scored (1)").click();
      await unscored.click();
      expect(await textOf(panel(page))).toContain("could not be read for 2 prompts");
      const measured = await page.evaluate(measureContrast);
      expect(measured.filter(({ contrast }) => contrast < 4.5)).toEqual([]);
      expect(complaints).toEqual([]);
      await page.close();
    },
  );

  test("the theme can be chosen, and nothing of it is stored", async () => {
    const { page } = await open(emptyViewModel());
    const background = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    expect(await background()).toBe("rgb(255, 255, 255)");
    await page.getByText("Dark", { exact: true }).click();
    expect(await background()).toBe("rgb(21, 24, 27)");
    expect(await page.evaluate(() => localStorage.length + sessionStorage.length + document.cookie.length)).toBe(0);
    await page.reload();
    expect(await background()).toBe("rgb(255, 255, 255)");
  });

  test("unfinished and empty runs say what is missing", async () => {
    const unfinished = await open(unfinishedViewModel());
    const text = await textOf(unfinished.page.locator("#report"));
    expect(text).toContain("Unfinished");
    expect(text).toContain("Not measured yet");
    expect(text).toContain("There is no training set yet");
    const empty = await open({ ...emptyViewModel(), archive: { dimensions: [], items: [], weakBelow: 1 } });
    expect(await empty.page.getByRole("grid").getByRole("button").count()).toBe(1);
    expect(unfinished.complaints).toEqual([]);
    expect(empty.complaints).toEqual([]);
    const nothing = await open(emptyViewModel(), { width: 360 });
    expect(await textOf(nothing.page.locator("#report"))).toContain("There is no archive yet");
    expect(nothing.complaints).toEqual([]);
  });

  test("10,000 problems load, and their cells open", async () => {
    const { page, complaints } = await open(sampleViewModel({ items: 10_000 }));
    await cell(page, 6, 2).click();
    expect(await panel(page).getByRole("article").count()).toBe(3);
    expect(complaints).toEqual([]);
  });

  test("the copy button puts the command on the clipboard or selects it", async () => {
    const viewModel = emptyViewModel();
    const { page } = await open(viewModel);
    await page.getByRole("button", { name: "Copy" }).click();
    await page
      .getByRole("status")
      .getByText(/Copied|Selected/)
      .waitFor();
  });
});
