/**
 * Seed prompts from what a user has already: an evaluation set or a log, as JSON Lines, JSON, CSV or TSV in any of the
 * shapes that data sets have (synthetic-data/read-rows.ts), or a promptfoo configuration or result.
 */
import { readFileSync } from "node:fs";
import { extname } from "node:path";
import { parseDocument } from "yaml";
import { CorruptFileError } from "../core/errors/corrupt-file-error.ts";
import { fileSystemFailure } from "../core/errors/file-system-failure.ts";
import { InvalidArgumentError } from "../core/errors/invalid-argument-error.ts";
import { quotedText } from "../core/quoted-text.ts";
import { readRows } from "../synthetic-data/read-rows.ts";

/** Where the prompts are in a file, and how many are wanted. */
export interface ReadSeedsOptions {
  /** The field, column or variable that has the prompt; default: found by the usual names. */
  readonly field?: string;
  /** Seeds at most, spread evenly over the file; default 100. */
  readonly limit?: number;
}

/** Prompts of a file. */
export interface ReadSeeds {
  /** Different ones, in the file's order. */
  readonly seeds: readonly string[];
  /** Different prompts in the file. */
  readonly found: number;
  /** Rows without a prompt. */
  readonly skipped: number;
}

/**
 * Reads seeds. Throws StorageError where the file cannot be read, CorruptFileError where it is not of its format,
 * InvalidArgumentError where it has no prompts, or several variables and none is named.
 */
export async function readSeeds(path: string, options: ReadSeedsOptions = {}): Promise<ReadSeeds> {
  const { limit = 100, field } = options;
  const extension = extname(path).toLowerCase();
  const isDocument = [".yaml", ".yml", ".json"].includes(extension);
  const document = isDocument ? parseFile(path) : undefined;
  const tests = document === undefined ? undefined : testsOf(document);
  let prompts: readonly (string | undefined)[];
  let skipped = 0;
  let fault: string | undefined;
  if (tests !== undefined) prompts = promptsOfTests(tests, path, field);
  else if (extension === ".yaml" || extension === ".yml") throw noPrompts(path, 'no list "tests"');
  else {
    const { rows, skipped: faults } = await readRows(path, {
      malformed: "skip",
      chats: "first user's message",
      ...(field && { field }),
    });
    prompts = rows.map(({ prompt, completion }) => (prompt === "" ? completion : prompt));
    skipped = faults.length;
    fault = faults[0]?.fault;
  }
  const texts = prompts.map((prompt) => prompt?.toWellFormed().trim() ?? "");
  const different = [...new Set(texts.filter((text) => text !== ""))];
  if (different.length === 0) {
    throw noPrompts(path, `none in ${prompts.length + skipped} rows${fault === undefined ? "" : ` (${fault})`}`);
  }
  skipped += texts.filter((text) => text === "").length;
  const seeds = different.filter((_, index) => {
    // The first of each of `limit` equal parts.
    const part = (place: number) => Math.floor((place * limit) / different.length);
    return different.length <= limit || index === 0 || part(index) !== part(index - 1);
  });
  return { seeds, found: different.length, skipped };
}

function parseFile(path: string): unknown {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw fileSystemFailure(error, "to read", path);
  }
  try {
    if (path.toLowerCase().endsWith(".json")) return JSON.parse(text);
    const document = parseDocument(text, { prettyErrors: false });
    const [fault] = document.errors;
    if (fault !== undefined) throw fault;
    return document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    throw new CorruptFileError({
      expected: `JSON or YAML in ${quotedText(path, 1000)}`,
      received: error instanceof Error ? quotedText(error.message) : String(error),
      remedy: "correct it, or give its rows one a line as .jsonl",
      cause: error,
    });
  }
}

type Fields = ReadonlyMap<string, unknown>;

/** What promptfoo calls tests, with the templates that their variables are put into. */
interface Tests {
  readonly templates: readonly string[];
  readonly tests: readonly Fields[];
}

/** The tests of a configuration, or of the results of a run; undefined for any other document. */
function testsOf(document: unknown): Tests | undefined {
  const fields = fieldsOf(document);
  const tests = fields?.get("tests");
  if (Array.isArray(tests)) {
    const templates = listOf(fields?.get("prompts")).flatMap((template) => {
      const text = typeof template === "string" ? template : fieldsOf(template)?.get("raw");
      return typeof text === "string" && !text.startsWith("file:") ? [userTemplate(text)] : [];
    });
    return { templates, tests: tests.flatMap((test) => fieldsOf(test) ?? []) };
  }
  const results = fieldsOf(fields?.get("results"))?.get("results");
  return Array.isArray(results)
    ? { templates: [], tests: results.flatMap((result) => fieldsOf(result) ?? []) }
    : undefined;
}

/** Of a conversation as JSON, what its last user says. */
function userTemplate(template: string): string {
  if (!template.trimStart().startsWith("[")) return template;
  let messages: unknown;
  try {
    messages = JSON.parse(template);
  } catch {
    return template;
  }
  const said = listOf(messages).flatMap((message) => {
    const fields = fieldsOf(message);
    const content = fields?.get("content");
    return fields?.get("role") === "user" && typeof content === "string" ? [content] : [];
  });
  return said.at(-1) ?? template;
}

function promptsOfTests({ templates, tests }: Tests, path: string, field: string | undefined): (string | undefined)[] {
  const variables = tests.map((test) => fieldsOf(test.get("vars")) ?? new Map<string, unknown>());
  const names = [
    ...new Set(
      variables.flatMap((each) => [...each].flatMap(([name, value]) => (textsOf(value).length > 0 ? [name] : []))),
    ),
  ];
  const named = field ?? (names.length === 1 ? names[0] : undefined);
  if (named !== undefined && (field !== undefined || templates.length === 0)) {
    if (!names.includes(named))
      throw noPrompts(path, `the variables ${names.map((name) => quotedText(name)).join(", ") || "(none)"}`);
    return variables.flatMap((each) => textsOf(each.get(named)));
  }
  const [template] = templates;
  if (template !== undefined) {
    return variables.flatMap((each) => {
      // A variable with several values stands for as many tests.
      const count = Math.max(1, ...[...each.values()].map((value) => textsOf(value).length));
      return Array.from({ length: count }, (_, row) => filledIn(template, each, row));
    });
  }
  const raw = tests.map((test) => {
    const prompt = test.get("prompt");
    const text = typeof prompt === "string" ? prompt : fieldsOf(prompt)?.get("raw");
    return typeof text === "string" ? text : undefined;
  });
  if (raw.some((text) => text !== undefined)) return raw;
  throw noPrompts(path, `several variables (${names.map((name) => quotedText(name)).join(", ")})`);
}

/** A variable in a template, with filters that replace a text by another, as illume's own exports have them. */
const variable = /\{\{\s*([\w.-]+)((?:\s*\|\s*replace\('[^']*',\s*'[^']*'\))*)\s*\}\}/gu;

function filledIn(template: string, variables: Fields, row: number): string {
  return template.replaceAll(variable, (whole, name: string, filters: string) => {
    const texts = textsOf(variables.get(name));
    const text = texts[row % Math.max(1, texts.length)];
    if (text === undefined) return whole;
    const replacements = filters.matchAll(/replace\('([^']*)',\s*'([^']*)'\)/gu);
    return [...replacements].reduce((rest, [, from = "", to = ""]) => rest.replaceAll(from, () => to), text);
  });
}

function textsOf(value: unknown): string[] {
  return listOf(value).flatMap((each) => (typeof each === "string" || typeof each === "number" ? [String(each)] : []));
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [value];
}

/** Own fields only: records are hostile. */
function fieldsOf(value: unknown): Fields | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value)
    ? new Map(Object.entries(value))
    : undefined;
}

function noPrompts(path: string, received: string): InvalidArgumentError {
  return new InvalidArgumentError({
    expected: `prompts in ${quotedText(path, 1000)}`,
    received,
    remedy: "name the field, column or variable that has the prompt with --field",
  });
}
