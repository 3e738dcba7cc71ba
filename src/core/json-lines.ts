/** JSON Lines: one JSON value a line. Read as a stream, so that files may be larger than memory; written atomically. */
import fs from "node:fs";
import { AtomicFile } from "./atomic-file.ts";
import { CorruptFileError } from "./errors/corrupt-file-error.ts";
import { fileSystemFailure } from "./errors/file-system-failure.ts";
import { InvalidArgumentError } from "./errors/invalid-argument-error.ts";
import { quotedText } from "./quoted-text.ts";

/** A value with the number of its line, counted from 1. */
export interface JsonLine {
  readonly line: number;
  readonly value: unknown;
}

/** No line may be longer, so that a file without line ends (no JSON Lines at all) does not fill the memory. */
const maximumLineBytes = 64 * 1024 * 1024;

const lineFeed = 0x0a;

/**
 * The values of a file, one at a time. Blank lines are passed over; a byte order mark and carriage returns are accepted.
 * Throws StorageError where the file cannot be read, CorruptFileError (with the line's number) for a line that is no JSON
 * in UTF-8.
 */
export async function* readJsonLines(path: string): AsyncGenerator<JsonLine, void, undefined> {
  let line = 0;
  let pending: Uint8Array[] = [];
  let pendingBytes = 0;
  const chunks = fs.createReadStream(path, { highWaterMark: 256 * 1024 })[Symbol.asyncIterator]();
  try {
    for (;;) {
      const { value: chunk, done } = await nextChunk(chunks, path);
      if (done) break;
      let begin = 0;
      for (let end = chunk.indexOf(lineFeed); end >= 0; end = chunk.indexOf(lineFeed, begin)) {
        line++;
        const bytes = pendingBytes === 0 ? chunk.subarray(begin, end) : join(pending, chunk.subarray(begin, end));
        pending = [];
        pendingBytes = 0;
        begin = end + 1;
        const value = parseLine(bytes, line, path);
        if (value !== undefined) yield { line, value };
      }
      if (begin < chunk.byteLength) pending.push(chunk.subarray(begin));
      pendingBytes += chunk.byteLength - begin;
      if (pendingBytes > maximumLineBytes) {
        throw corruptLine(path, line + 1, `at most ${maximumLineBytes} bytes in a line`, "more");
      }
    }
    if (pendingBytes > 0) {
      const value = parseLine(join(pending), line + 1, path);
      if (value !== undefined) yield { line: line + 1, value };
    }
  } finally {
    await chunks.return?.();
  }
}

/** The values of a text, as `readJsonLines`; `source` names it in errors. */
export function* parseJsonLines(text: string, source = "text"): Generator<JsonLine, void, undefined> {
  let line = 0;
  for (let begin = 0; begin < text.length; ) {
    const found = text.indexOf("\n", begin);
    const end = found < 0 ? text.length : found;
    line++;
    const value = parseText(text.slice(begin, end), line, source);
    if (value !== undefined) yield { line, value };
    begin = end + 1;
  }
}

/**
 * Writes values as a file of JSON Lines, atomically.
 * @param format makes the line of a value, without line end (default JSON.stringify)
 * @returns the number of lines
 * Throws InvalidArgumentError for a value without JSON (undefined, a bigint), StorageError where the file cannot be
 * written; an old file is kept then.
 */
export async function writeJsonLines<Value>(
  path: string,
  values: Iterable<Value> | AsyncIterable<Value>,
  format: (value: Value) => string | undefined = (value) => JSON.stringify(value),
): Promise<number> {
  const file = new AtomicFile(path);
  let lines = 0;
  let block = "";
  try {
    for await (const value of values) {
      block += `${formatLine(value, lines + 1, format)}\n`;
      lines++;
      // Few writes of many lines are faster than one a line.
      if (block.length > 256 * 1024) {
        file.write(block);
        block = "";
      }
    }
    file.write(block);
    file.commit();
  } finally {
    file.discard();
  }
  return lines;
}

/** The error for line `line` of a file whose content is not what it should be. */
export function corruptLine(
  source: string,
  line: number,
  expected: string,
  received: string,
  cause?: unknown,
): CorruptFileError {
  return new CorruptFileError({
    expected: `${expected} (line ${line} of ${quotedText(source, 1000)})`,
    received,
    remedy: "correct or remove that line",
    cause,
  });
}

async function nextChunk(
  chunks: AsyncIterator<Buffer>,
  path: string,
): Promise<{ value: Uint8Array; done: false } | { value: undefined; done: true }> {
  try {
    const { value, done } = await chunks.next();
    return done === true ? { value: undefined, done } : { value, done: false };
  } catch (error) {
    throw fileSystemFailure(error, "to read", path);
  }
}

function join(pending: readonly Uint8Array[], last: Uint8Array = new Uint8Array(0)): Uint8Array {
  return Buffer.concat([...pending, last]);
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function parseLine(bytes: Uint8Array, line: number, source: string): unknown {
  let text: string;
  try {
    text = utf8.decode(bytes);
  } catch (error) {
    throw corruptLine(source, line, "text in UTF-8", "other bytes", error);
  }
  return parseText(text, line, source);
}

/** The value of a line, or undefined for a blank one. */
function parseText(text: string, line: number, source: string): unknown {
  // Carriage returns and a byte order mark count as white space here.
  const content = text.trim();
  if (content === "") return undefined;
  try {
    return JSON.parse(content) as unknown;
  } catch (error) {
    throw corruptLine(source, line, "one JSON value", quotedText(content, 60), error);
  }
}

function formatLine<Value>(value: Value, line: number, format: (value: Value) => string | undefined): string {
  let text: string | undefined;
  let cause: unknown;
  try {
    text = format(value);
  } catch (error) {
    // A bigint or a cycle; anything else is the fault of `format` and says itself what is wrong.
    if (!(error instanceof TypeError)) throw error;
    cause = error;
  }
  if (text === undefined || text.includes("\n")) {
    throw new InvalidArgumentError({
      expected: `a value with JSON of one line (value ${line})`,
      received: text === undefined ? `a ${typeof value} without` : "one with line ends",
      remedy: "convert it to plain JSON first",
      cause,
    });
  }
  return text;
}
