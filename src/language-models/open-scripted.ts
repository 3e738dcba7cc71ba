/** scripted:PATH, a model that gives prepared answers: for tests and dry runs of whole commands. */
import { readFileSync } from "node:fs";
import { CorruptFileError } from "../core/errors/corrupt-file-error.ts";
import { fileSystemFailure } from "../core/errors/file-system-failure.ts";
import { quotedText } from "../core/quoted-text.ts";
import type { LocalId } from "./model-id.ts";
import { ScriptedLanguageModel } from "./scripted-language-model.ts";

/**
 * The file is a JSON array of at least one text. Each sample draws one of them from its own random stream, so that order
 * and number of calls change nothing.
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
      expected: "a JSON array of at least one text",
      received: `something else in ${quotedText(path, 1000)}`,
      remedy: 'write for example ["yes", "no"]',
    });
  }
  return new ScriptedLanguageModel({ id, answer: ({ random }) => random.choice(answers) });
}

function parse(text: string): readonly string[] | undefined {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch {
    return undefined;
  }
  const texts = Array.isArray(document) && document.length > 0 && document.every((each) => typeof each === "string");
  return texts ? (document as string[]) : undefined;
}
