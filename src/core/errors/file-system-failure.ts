import { quotedText } from "../quoted-text.ts";
import { IllumeError } from "./illume-error.ts";
import { StorageError } from "./storage-error.ts";

const reasons: Readonly<Record<string, readonly [received: string, remedy: string]>> = {
  ENOENT: ["no such file or folder", "check the path, or create the folder first"],
  ENOTDIR: ["a part of the path that is a file", "check the path"],
  EEXIST: ["a file of that name in the way", "move the file away, or choose another folder"],
  EISDIR: ["a folder", "name a file"],
  EACCES: ["no permission", "change the permissions or choose another folder"],
  EPERM: ["no permission", "change the permissions or choose another folder"],
  EROFS: ["a read-only file system", "choose another folder"],
  ENOSPC: ["a full disk", "free some space and try again; nothing was replaced"],
  EDQUOT: ["an exhausted disk quota", "free some space and try again; nothing was replaced"],
  EFBIG: ["a file larger than the file system allows", "choose another folder"],
  EMFILE: ["too many open files", "close other programs or raise the limit (ulimit -n)"],
  ENAMETOOLONG: ["a name that is too long", "choose a shorter name"],
};

/**
 * The typed error for a failed file operation.
 * @param error what node:fs threw; an illume error is returned as it is
 * @param purpose what was being done, e.g. "to read" or "to write"
 */
export function fileSystemFailure(error: unknown, purpose: string, path: string): IllumeError {
  if (error instanceof IllumeError) return error;
  const code = error instanceof Error && "code" in error ? String(error.code) : "";
  const [received, remedy] = reasons[code] ?? [
    error instanceof Error ? error.message : String(error),
    "check the disk and the path",
  ];
  return new StorageError({
    expected: `${purpose} ${quotedText(path, 1000)}`,
    received: code === "" ? received : `${received} (${code})`,
    remedy,
    cause: error,
  });
}
