/**
 * What users type to name a model of illume's own: a shipped one by its name ("grade-school", "grade-school/seed-1"),
 * or any by its file ("illume:models/mine.safetensors", "./mine.safetensors").
 */
import { existsSync, readdirSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { StorageError } from "../core/errors/storage-error.ts";
import { UnknownNameError } from "../core/errors/unknown-name-error.ts";
import { packageRoot } from "../core/package-root.ts";
import { quotedText } from "../core/quoted-text.ts";

/** Ways to name a model that are not names of shipped ones; those of other providers will be more of them. */
export const modelSchemes = ["illume"] as const;

/** What a shipped name alone means: the grade-school checkpoint that lost least in distribution on the loop's tuning seed. */
const standardCheckpoints = new Map([["grade-school", "seed-2"]]);
const extension = ".safetensors";

/** Names of the models that come with illume, each domain and each of its checkpoints, sorted. */
export function shippedModelNames(folder: string = join(packageRoot, "models")): string[] {
  if (!existsSync(folder)) return [];
  const names = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return names
    .flatMap(({ name }) => {
      const files = readdirSync(join(folder, name)).filter((file) => file.endsWith(extension));
      return [name, ...files.map((file) => `${name}/${file.slice(0, -extension.length)}`)];
    })
    .sort();
}

/**
 * The absolute path of a model's file.
 *
 * @param id a shipped name, "illume:PATH", or a path (with a slash, or ending in .safetensors); the ending may be left out
 * @param folder where shipped models are (default: the package's own)
 * @throws UnknownNameError for an unknown scheme or name, with the nearest one; StorageError where the file is missing
 */
export function resolveModelPath(id: string, folder: string = join(packageRoot, "models")): string {
  const shipped = shippedModelNames(folder);
  if (shipped.includes(id)) return existing(join(folder, id, standardCheckpoints.get(id) ?? ""), id);
  // A scheme has at least two letters, so that C:\ is a path.
  const [, scheme, rest] = /^([A-Za-z][\w+.-]+):(.*)$/su.exec(id) ?? [];
  if (scheme !== undefined && !(modelSchemes as readonly string[]).includes(scheme)) {
    throw new UnknownNameError({ kind: "kind of model", name: `${scheme}:`, known: modelSchemes.map((s) => `${s}:`) });
  }
  if (rest !== undefined) return existing(rest, id);
  if (/[\\/]/u.test(id) || id.endsWith(extension)) {
    const [domain] = id.split("/");
    // "grade-school/sed-1" is a misspelt name, not a path.
    if (!existsSync(id) && shipped.includes(domain as string)) {
      throw new UnknownNameError({ kind: "model", name: id, known: shipped });
    }
    return existing(id, id);
  }
  throw new UnknownNameError({ kind: "model", name: id, known: shipped });
}

function existing(path: string, id: string): string {
  const candidates = [path, `${path}${extension}`];
  const found = candidates.find((candidate) => existsSync(candidate) && statSync(candidate).isFile());
  if (found !== undefined && path !== "") return resolve(found);
  throw new StorageError({
    expected: `the file of the model ${quotedText(id)}`,
    received: `none at ${quotedText(resolve(path), 1000)}`,
    remedy: "check the path, or name a shipped model",
  });
}
