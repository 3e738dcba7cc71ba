/** scripted:PATH, a model that gives prepared answers: for tests and dry runs of whole commands. */
import { readFileSync } from "node:fs";
import { CorruptFileError } from "../core/errors/corrupt-file-error.ts";
import { fileSystemFailure } from "../core/errors/file-system-failure.ts";
import { quotedText } from "../core/quoted-text.ts";
import type { LocalId } from "./model-id.ts";
import { ScriptedLanguageModel } from "./scripted-language-model.ts";

/** Answers to prompts that contain a text; the empty text is in all of them. */
type Answers = readonly (readonly [contained: string, answers: readonly string[]])[];

/**
 * The file is a JSON array of at least one text, or an object of such arrays: a prompt gets an answer of the first whose name it
 * contains, and "" stands for all others. Each sample draws from its own random stream, so that order and number of calls
 * change nothing.
 */
export function openScripted({ id, path }: LocalId): ScriptedLanguageModel {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw fileSystemFailure(error, "to read the answers in", path);
  }
  const answers = parse(text);
  if (answers === undefined) {
    throw new CorruptFileError({
      expected: 'a JSON array of at least one text, or an object of such arrays, one of them named ""',
      received: `something else in ${quotedText(path, 1000)}`,
      remedy: 'write for example ["yes", "no"], or { "How many": ["3"], "": ["yes", "no"] }',
    });
  }
  const answersTo = (prompt: string) =>
    (answers.find(([contained]) => prompt.includes(contained)) as Answers[number])[1];
  return new ScriptedLanguageModel({ id, answer: ({ text: prompt, random }) => random.choice(answersTo(prompt)) });
}

function parse(text: string): Answers | undefined {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (areTexts(document)) return [["", document]];
  if (typeof document !== "object" || document === null || Array.isArray(document)) return undefined;
  // What stands for all others is looked at last, wherever it stands.
  const entries = Object.entries(document).sort(([a], [b]) => Number(a === "") - Number(b === ""));
  return entries.at(-1)?.[0] === "" && entries.every(([, answers]) => areTexts(answers)) ? entries : undefined;
}

function areTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.length > 0 && value.every((each) => typeof each === "string");
}
