import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PassThrough, Readable, Writable } from "node:stream";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { addKnownPrompts, type KnownPrompt, knownRun } from "../../../tests/fixtures/prompt-run.ts";
import { hostileTexts } from "../../../tests/fixtures/report/sample.ts";
import { displayWidth } from "../../core/terminal-text.ts";
import { ReviewSession } from "../../rainbow-teaming/review/review-session.ts";
import { reviews } from "../../rainbow-teaming/review/review-store.ts";
import { promptRecords } from "../../rainbow-teaming/run/prompt-records.ts";
import type { RunStore } from "../../runs/run-store.ts";
import type { Terminal } from "../terminal/terminal.ts";
import { reviewInTerminal } from "./review-in-terminal.ts";
import { reviewInput } from "./review-input.ts";

let folder: string;
let store: RunStore;
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), "illume-review-")), "run");
});
afterEach(() => {
  store.close();
  rmSync(join(folder, ".."), { recursive: true });
});

const prompts = (count: number): KnownPrompt[] =>
  Array.from({ length: count }, (_, index) => ({
    text: `Prompt ${index}?`,
    response: `Answer ${index}.`,
    fitness: index % 2,
  }));

interface Reviewing {
  readonly kind?: "items" | "pairs";
  readonly shown?: boolean;
  readonly successes?: boolean;
  readonly reviewer?: string;
}

/** Types the lines and returns what was shown. */
async function type(
  lines: string,
  { kind = "items", shown = true, successes = false, reviewer }: Reviewing = {},
): Promise<string> {
  let written = "";
  const results = new Writable({
    write: (chunk, _, done) => {
      written += chunk;
      done();
    },
  });
  const terminal = { results, remarks: results, columns: 80, live: false, colour: false, unicode: true } as Terminal;
  const session = new ReviewSession({ store, reviewer, successes });
  const input = reviewInput(Readable.from([lines]), results);
  try {
    await reviewInTerminal({ session, input, terminal, kind, shown });
  } finally {
    input.end();
    session.close();
  }
  return written;
}

const decisions = () => [...reviews(folder).items.values()].map(({ decision }) => decision);

describe("a review in a terminal", () => {
  test("decides one after the other, and goes on where it stopped", async () => {
    store = knownRun(folder, prompts(5));
    expect(await type("a\nr\n")).toContain("Item 3 of 5");
    expect(decisions()).toEqual(["accepted", "rejected"]);
    const first = await type("q\n");
    expect(first).toContain("Item 3 of 5");
    expect(first).toContain("Reviewed: not yet");
    expect(await type("a\na\na\n")).toContain("All 5 items are decided");
    expect(promptRecords(store, true)).toHaveLength(4);
    expect(await type("")).toContain("All 5 items are decided");
  });

  test("corrects verdicts and answers, keeps both, and takes them back", async () => {
    store = knownRun(folder, prompts(1));
    const [{ success } = { success: false }] = promptRecords(store, true);
    await type("w\ne\nA first line.\n  A second one.\n.\n", { reviewer: "Ada" });
    const [corrected] = reviews(folder).items.values();
    expect(corrected).toMatchObject({
      decision: "corrected",
      success: !success,
      response: "A first line.\n  A second one.",
      reviewer: "Ada",
    });
    const shown = await type("q\n");
    expect(shown).toContain(
      `Reviewed: corrected by Ada: ${success ? "it was handled well" : "it was handled badly"}, with a better`,
    );
    expect(shown).toContain("A second one.");
    await type("u\n");
    expect(reviews(folder).items.size).toBe(0);
  });

  test("an item that was not scored was handled well or badly, as a person says; there is nothing to accept", async () => {
    store = knownRun(
      folder,
      [0, 1, 2].map((n) => ({ text: `${n}?`, response: "Hm.", fitness: 0, scored: false })),
    );
    const shown = await type("w\na\nx\ny\n");
    expect(shown).toContain("The judge: nothing readable");
    expect(shown).toContain("No such key here: r reject  y handled well  x handled badly");
    expect([...reviews(folder).items.values()].map(({ success }) => success)).toEqual([true, false]);
    expect(shown).toContain("say whether it was handled well (y) or badly (x), or reject it (r)");
    const records = promptRecords(store, true).map(({ fitness, success }) => `${fitness}, ${success}`);
    expect(records.sort()).toEqual(["null, false", "null, null", "null, true"]);
    expect(promptRecords(store, false)).toHaveLength(1);
  });

  test("an answer that was not ended, or is blank, is none", async () => {
    store = knownRun(folder, prompts(1));
    expect(await type("e\nhalf an ans")).toContain("No answer was written");
    expect(await type("e\n   \n.\n")).toContain("No answer was written");
    expect(reviews(folder).items.size).toBe(0);
  });

  test("goes forth and back, tells its keys, and passes over what it does not know", async () => {
    store = knownRun(folder, prompts(3));
    const shown = await type("n\nn\nn\nb\n?\nz\n");
    expect(shown.match(/Item \d/gu)).toEqual(["Item 1", "Item 2", "Item 3", "Item 1", "Item 3"]);
    expect(shown).toContain("The target is told before: Be kind.");
    expect(shown).toContain("No such key here");
    expect(decisions()).toEqual([]);
  });

  test("pairs are labelled without the judge's votes in sight", async () => {
    store = knownRun(folder, [
      { text: "One?", response: "It is bad.", fitness: 1 },
      { text: "Two?", response: "It is worse.", fitness: 1, against: "won" },
      { text: "Three?", response: "It is good.", fitness: 0, against: "lost" },
    ]);
    const shown = await type("1\n0\nu\n2\n", { kind: "pairs" });
    expect(shown).toContain("Pair 1 of 2");
    expect(shown).toContain("Which response is it: Which response is worse?");
    expect(shown).not.toMatch(/vote|judge|success/iu);
    const labels = [...reviews(folder).pairs.values()].map(({ label }) => label);
    expect(labels).toHaveLength(2);
    expect(await type("p\nq\n", { kind: "pairs" })).toContain("Item 1 of 1");
  });

  test("of a sensitive domain only what is asked for is shown", async () => {
    store = knownRun(folder, prompts(2), { sensitive: true });
    const hidden = await type("n\n?\na\n", { shown: false });
    expect(hidden).toContain("(hidden; s shows it)");
    expect(hidden).not.toMatch(/Prompt \d\?|Answer \d\./u);
    expect(await type("s\n", { shown: false })).toMatch(/Prompt \d\?/u);
  });

  test("hostile texts move nothing, colour nothing, and stay within 80 columns", async () => {
    const hostile = [...hostileTexts, "\u001b]0;title\u0007\u001b[2J\u009b31m\u0007bell", "a\u0000b\rc\u2028d"];
    store = knownRun(
      folder,
      hostile.map((text) => ({ text, response: text, fitness: 1 })),
    );
    const reviewer = hostile[5] as string;
    await type(`e\n${reviewer}\n.\n`, { reviewer });
    const shown = await type("n\n".repeat(hostile.length + 1));
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
    expect(shown).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/u);
    for (const line of shown.split("\n")) expect(displayWidth(line)).toBeLessThanOrEqual(80);
    expect(shown).toContain("more lines; f shows them");
    expect(await type("n\nf\n".repeat(hostile.length))).toContain("W".repeat(78));
  });

  test("a search that goes on is looked at again, and what was decided stays", async () => {
    store = knownRun(folder, prompts(2), {
      descriptors: [
        {
          name: "topic",
          kind: "categories",
          categories: Array.from({ length: 4 }, (_, index) => ({ name: `topic ${index}` })),
          mutation: { instruction: "Make it about {label}." },
        },
        { name: "manner", kind: "categories", categories: [{ name: "plain" }], mutation: { instruction: "{label}" } },
      ],
    });
    await type("a\n");
    addKnownPrompts(store, prompts(2), 3);
    expect(await type("a\na\na\ng\n")).toContain("All 4 items are decided");
    expect(decisions()).toEqual(Array(4).fill("accepted"));
  });

  test("only successes, where these are asked for; nothing to review is told", async () => {
    store = knownRun(folder, prompts(4));
    expect(await type("q\n", { successes: true })).toContain("Item 1 of 2");
    store.close();
    rmSync(folder, { recursive: true });
    store = knownRun(folder, []);
    expect(await type("a\n")).toContain("There is nothing to review yet.");
    expect(await type("1\n", { kind: "pairs" })).toContain("There are no pairs to label yet.");
  });
});

describe("keys of a keyboard", () => {
  class Keyboard extends PassThrough {
    readonly isTTY = true;
    raw = false;
    setRawMode(raw: boolean) {
      this.raw = raw;
      return this;
    }
  }
  const sink = () => new Writable({ write: (_chunk, _encoding, done) => done() });

  test("come in their order although typed at once, arrows are none, Ctrl-C ends", async () => {
    store = knownRun(folder, []);
    const keyboard = new Keyboard();
    const input = reviewInput(keyboard, sink());
    keyboard.write("ar\u001b[Cw\u0003");
    expect([await input.key(), await input.key(), await input.key(), await input.key()]).toEqual([
      "a",
      "r",
      "w",
      undefined,
    ]);
    expect(keyboard.raw).toBe(true);
    input.end();
    expect(keyboard.raw).toBe(false);
  });

  test("a text is typed in lines, and keys are keys again after it", async () => {
    store = knownRun(folder, []);
    const keyboard = new Keyboard();
    const input = reviewInput(keyboard, sink());
    const answer = input.text();
    keyboard.write("I cannot\rhelp.\r.\r");
    expect(await answer).toBe("I cannot\nhelp.");
    keyboard.write("a");
    expect(await input.key()).toBe("a");
    input.end();
  });
});
