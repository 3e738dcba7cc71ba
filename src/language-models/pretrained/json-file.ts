/** JSON files of published models; untrusted, so of bounded size. */
import { readFileSync, statSync } from "node:fs";
import { CorruptFileError } from "../../core/errors/corrupt-file-error.ts";
import { fileSystemFailure } from "../../core/errors/file-system-failure.ts";
import { quotedText } from "../../core/quoted-text.ts";

/** The largest vocabularies take 35 MB. */
const mostBytes = 268_435_456;

/** A text file of bounded size. Throws StorageError where it cannot be read, CorruptFileError where it is too long. */
export function readTextFile(path: string): string {
  try {
    const { size } = statSync(path);
    if (size > mostBytes) throw corrupt(path, `at most ${mostBytes} bytes`, `${size} bytes`);
    return readFileSync(path, "utf8");
  } catch (error) {
    throw fileSystemFailure(error, "to read", path);
  }
}

/** A file's JSON. Throws as readTextFile does, and CorruptFileError where it is no JSON. */
export function readJsonFile(path: string): unknown {
  const text = readTextFile(path);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw corrupt(path, "JSON", `${quotedText(text, 40)}, which is none`, cause);
  }
}

function corrupt(path: string, expected: string, received: string, cause?: unknown): CorruptFileError {
  return new CorruptFileError({
    expected: `${expected} in ${quotedText(path, 1000)}`,
    received,
    remedy: "fetch the file again",
    cause,
  });
}
