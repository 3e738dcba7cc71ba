import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { packageVersion } from "../core/package-root.ts";
import { createRun } from "../runs/run-database.ts";
import { openDatabase } from "../runs/sqlite.ts";

const main = fileURLToPath(new URL("main.ts", import.meta.url));
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "illume-cli-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

function illume(...args: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...args], {
    cwd: folder,
    encoding: "utf8",
    // As if on a screen that likes colours: only that the output is no screen may decide.
    env: { PATH: process.env.PATH ?? "", TERM: "xterm-256color", COLORTERM: "truecolor" },
  });
  return { status, stdout, stderr };
}

describe("help", () => {
  test("without a command: the list of commands, in 80 columns and without control sequences", () => {
    const { status, stdout, stderr } = illume();
    expect([status, stderr]).toEqual([0, ""]);
    for (const name of ["improve", "search", "learn", "measure", "resume", "report", "export", "reproduce"]) {
      expect(stdout).toMatch(new RegExp(`^ {2}${name} `, "m"));
    }
    expect(stdout.split("\n").filter((line) => line.length > 80)).toEqual([]);
    expect(stdout.replaceAll("\n", "")).not.toMatch(/\p{Cc}/u);
  });

  test("of a command: its flags with defaults, and examples", () => {
    const { status, stdout } = illume("improve", "--seed", "3", "--help");
    expect(status).toBe(0);
    expect(stdout).toMatch(/--search-evaluations N +evaluations of the target model, a round \(2000\)/);
    expect(stdout).toContain("Examples\n  illume improve\n");
    expect(stdout).toMatch(/\nIn place of illume, type here\n {2}npm run illume --\n$/);
    expect(stdout.split("\n").filter((line) => line.length > 80)).toEqual([]);
  });

  test("the version", () => {
    expect(illume("--version").stdout).toBe(`${packageVersion}\n`);
  });
});

describe("errors are one line on standard error, with an exit code", () => {
  test.each([
    [2, ["imprve"], 'did you mean "improve"?'],
    [2, ["help", "serach"], 'did you mean "search"?'],
    [2, ["improve", "--evaluations", "3"], 'did you mean "--search-evaluations"?'],
    [2, ["search", "--domain", "grade-skool"], 'but got "grade-skool": did you mean "grade-school"?'],
    [2, ["improve", "--model", "grade-shcool"], 'did you mean "grade-school"?'],
    [2, ["improve", "--search-batch-size", "many"], "--search-batch-size: expected a whole number of at least 1"],
    [2, ["reproduce", "closed-lop"], 'did you mean "closed-loop"?'],
    [2, ["measure", "a.txt"], "expected a file of rows"],
    [2, ["export"], "expected the file to write, but got no --output"],
    [3, ["improve", "--model", "openai:gpt"], "expected a model that can be taught here"],
    [2, ["improve", "--measure-sets", "more-stepz"], "--measure-sets: expected one of in-distribution, "],
    [2, ["search", "--search-arm", "full-sampler"], "expected an arm that searches (quality-diversity, "],
    [2, ["search", "--search-arm", "in-distribution"], "evaluates nothing"],
    [2, ["measure", "data.jsonl", "--rounds", "3"], "but got --rounds: "],
    [2, ["measure", "data.jsonl", "--model", "grade-school"], "but got --model: "],
    [2, ["measure", "--part", "prompt"], "but got --part: "],
    [2, ["measure", "data.jsonl", "--part", "prompts"], 'did you mean "prompt"?'],
    [5, ["measure", "missing.jsonl"], "missing.jsonl"],
    [5, ["resume"], "expected a run in "],
    [5, ["improve", "--config", "missing.yaml"], "missing.yaml"],
  ])("%i: illume %j", (exitCode, args, message) => {
    const { status, stdout, stderr } = illume(...args);
    expect(stderr).toContain(message);
    expect(stderr).toMatch(/^illume: [^\n]*expected [^\n]*, but got [^\n]*: [^\n]*\n$/);
    expect(stderr).not.toMatch(/\p{Cc}(?<!\n)/u);
    expect([status, stdout]).toEqual([exitCode, ""]);
  });

  test("a config file: every error on its line, with its path in the file", () => {
    writeFileSync(join(folder, "illume.yaml"), "search:\n  batchSize: many\n  evalutions: 5\n");
    const { status, stderr } = illume("improve", "--config", "illume.yaml");
    expect(status).toBe(2);
    expect(stderr.split("\n")).toEqual([
      'illume: illume.yaml: search.batchSize: expected a whole number of at least 1, but got "many": leave it out for the default, 100',
      expect.stringMatching(/^illume: illume\.yaml: search\.evalutions: .*did you mean "evaluations"\?$/),
      "",
    ]);
  });

  test("hostile text in an error does nothing to the terminal", () => {
    const { stderr } = illume("\u001b]0;title\u0007\u001b[2Jx\u202e\n");
    expect(stderr.trimEnd()).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });

  test("--json: the error as a document on standard output", () => {
    const { status, stdout, stderr } = illume("resume", "nothing", "--json");
    expect(status).toBe(5);
    expect(JSON.parse(stdout)).toEqual({
      error: expect.objectContaining({ name: "StorageError", exitCode: 5, remedy: expect.any(String) }),
    });
    expect(stderr).toMatch(/^illume: expected/);
  });

  test("--debug: where it comes from", () => {
    const { stderr } = illume("improve", "--model", "missing-model", "--debug");
    expect(stderr).toMatch(/\n {4}at /);
  });
});

describe("runs", () => {
  test("an unwritable folder", () => {
    writeFileSync(join(folder, "file"), "");
    const reproduced = illume("reproduce", "closed-loop", "--quick", "--output", "file");
    expect([reproduced.status, reproduced.stderr]).toEqual([
      5,
      expect.stringMatching(/^illume: expected to make [^\n]*\n$/),
    ]);
    const { status, stderr } = illume("improve", "--output", "file");
    expect(status).toBe(5);
    expect(stderr).toMatch(/^illume: expected to make the folder "file"[^\n]*\n$/);
    expect(stderr).toContain(
      "a file of that name in the way (EEXIST): move the file away, or choose another folder with --output",
    );
  });

  test("export: an unknown run is told before a missing --output", () => {
    createRun({ directory: join(folder, "exported", "first"), configuration: {} }).close();
    const unknown = illume("export", "frist", "--runs", "exported");
    expect([unknown.status, unknown.stderr]).toEqual([2, expect.stringContaining('did you mean "first"?')]);
    const known = illume("export", "first", "--runs", "exported");
    expect([known.status, known.stderr]).toEqual([2, expect.stringContaining("but got no --output")]);
  });

  test("learn refuses a search that is not complete, and says how to finish it", () => {
    const store = createRun({ directory: join(folder, "searches", "half"), configuration: {} });
    const entry = { parentId: null, iteration: 0, archive: "round 1", cell: 0, fitness: 1, payload: {} };
    store.addEntries(Array.from({ length: 700 }, (_, index) => ({ ...entry, id: `round 1/0/${index}` })));
    store.close();
    const { status, stderr } = illume("learn", "half", "--runs", "searches");
    expect(status).toBe(2);
    expect(stderr).toMatch(
      /^illume: expected a run whose search is complete, but got \S+, with 700 of 2000 evaluations: finish it first: npm run illume -- resume searches\/half\n$/,
    );
  });

  test("report: the summary is printed also where the page cannot be written", () => {
    const directory = join(folder, "refused", "first");
    createRun({ directory, configuration: {} }).close();
    mkdirSync(join(directory, "report.html"));
    const { status, stdout, stderr } = illume("report", "first", "--runs", "refused");
    expect(stdout).toContain("Nothing has been measured yet.");
    expect(stdout).not.toContain("Report: ");
    expect([status, stderr]).toEqual([5, expect.stringContaining("report.html")]);
  });

  test("a run that another process writes to, one of another version, a torn one", () => {
    const directory = join(folder, "runs", "first");
    const store = createRun({ directory, configuration: {} });
    const locked = illume("resume", "first");
    expect([locked.status, locked.stderr]).toEqual([6, expect.stringContaining(`in use by process ${process.pid}`)]);
    expect(illume("resume", "frist").stderr).toContain('did you mean "first"?');
    store.close();

    const database = openDatabase(join(directory, "run.sqlite"));
    database.exec("PRAGMA user_version = 99; UPDATE run SET illume = '7.0.0'");
    database.close();
    const other = illume("resume", "first");
    expect([other.status, other.stderr]).toEqual([6, expect.stringContaining("npx illume@7.0.0")]);

    mkdirSync(join(folder, "runs", "torn"));
    writeFileSync(join(folder, "runs", "torn", "run.sqlite"), "torn ".repeat(500));
    const torn = illume("report", "torn");
    expect([torn.status, torn.stderr]).toEqual([5, expect.stringMatching(/^illume: expected a run database[^\n]*\n$/)]);
  });
});

describe("measure", () => {
  const row = (index: number) =>
    `${JSON.stringify({ prompt: `How much is ${index} + 1?`, completion: `${index + 1}` })}\n`;

  test("prints the card of a data set, and JSON alone on standard output when asked for", () => {
    writeFileSync(join(folder, "data.jsonl"), [1, 2, 3, 4, 5, 6, 7, 8].map(row).join(""));
    const people = illume("measure", "data.jsonl");
    expect([people.status, people.stderr]).toEqual([0, ""]);
    expect(people.stdout).toMatch(/^8 rows, 0 of them exact repeats\nWords, [^\n]* those of the completions\.\n/);
    expect(people.stdout).toMatch(/\ndiversity\n/);
    expect(people.stdout.split("\n").filter((line) => line.length > 80)).toEqual([]);

    const machine = illume("measure", "data.jsonl", "--json");
    expect(JSON.parse(machine.stdout)).toMatchObject({
      command: "measure",
      rowCount: 8,
      format: 1,
      part: "completion",
    });
    expect(machine.stderr).toBe(people.stdout);
    const prompts = illume("measure", "data.jsonl", "--part", "prompt");
    expect(prompts.stdout).toContain("those of the prompts.\n");
    expect(prompts.stdout).toContain("  distinct-1-of-prompt ");
  });

  test("verifies GSM8K's annotations", () => {
    const answers = ["<<1+1=2>>2\n#### 2", "<<1+2=3>>3\n#### 3", "<<1+3=5>>5\n#### 5", "four\n#### 4"];
    const rows = answers.map((answer) => `${JSON.stringify({ question: "How much?", answer })}\n`);
    writeFileSync(join(folder, "gsm8k.jsonl"), rows.join(""));
    const { stdout } = illume("measure", "gsm8k.jsonl", "--json");
    const { rows: measured } = JSON.parse(stdout) as { rows: { measure: string; value: number }[] };
    expect(measured[0]).toMatchObject({ measure: "annotation-accuracy", value: expect.closeTo(2 / 3, 12) });
  });

  test("nothing to measure is an error", () => {
    writeFileSync(join(folder, "empty.jsonl"), "");
    writeFileSync(join(folder, "bad.jsonl"), "no\nrows\n");
    const empty = illume("measure", "empty.jsonl");
    expect([empty.status, empty.stdout]).toEqual([2, ""]);
    expect(empty.stderr).toBe(
      "illume: expected rows to measure in empty.jsonl, but got none: name a data set with rows\n",
    );
    const bad = illume("measure", "bad.jsonl", "--skip-malformed");
    expect([bad.status, bad.stdout]).toEqual([2, ""]);
    expect(bad.stderr).toContain("but got none but 2 malformed ones: ");
  });

  test("compares two", () => {
    writeFileSync(join(folder, "one.jsonl"), [1, 2, 3, 4, 5, 6].map(row).join(""));
    writeFileSync(join(folder, "two.jsonl"), [1, 1, 1, 1, 1, 1].map(row).join(""));
    const { status, stdout } = illume("measure", "one.jsonl", "two.jsonl");
    expect(status).toBe(0);
    expect(stdout).toMatch(/^6 rows against 6\n/);
    expect(stdout.split("\n").filter((line) => line.length > 80)).toEqual([]);
  });
});
