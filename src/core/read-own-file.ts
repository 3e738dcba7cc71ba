/** Reading what an earlier process of the same run wrote, in full or not at all: a torn file was damaged later. */
import { CorruptFileError } from "./errors/corrupt-file-error.ts";
import { quotedText } from "./quoted-text.ts";

/**
 * What `read` gives. A CorruptFileError of it says in the end what is done again once the path is removed.
 * @param again e.g. "to do this lesson again"
 */
export function readOwnFile<Result>(path: string, again: string, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof CorruptFileError)) throw error;
    const { expected, received } = error;
    throw new CorruptFileError({
      expected,
      received,
      remedy: `remove ${quotedText(path, 1000)} ${again}`,
      cause: error,
    });
  }
}
