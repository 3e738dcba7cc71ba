/** Where the model of a configuration is. */
import { existsSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { StorageError } from "../core/errors/storage-error.ts";
import { UnknownNameError } from "../core/errors/unknown-name-error.ts";
import { UnsupportedCapabilityError } from "../core/errors/unsupported-capability-error.ts";
import { packageRoot } from "../core/package-root.ts";

const shippedFolder = join(packageRoot, "models");

/** The names of the models that come with illume. */
export function shippedModels(): string[] {
  if (!existsSync(shippedFolder)) return [];
  return readdirSync(shippedFolder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

/**
 * The absolute path of a model's file or folder.
 *
 * @param model the name of a shipped one, a path, or "illume:PATH"
 * @throws UnknownNameError for what is neither, StorageError where nothing is at the path,
 *   UnsupportedCapabilityError for a model that illume could ask but not teach, such as "openai:..."
 */
export function modelPath(model: string): string {
  const shipped = shippedModels();
  if (shipped.includes(model)) return join(shippedFolder, model);
  const scheme = /^([a-z]{2,}):/u.exec(model)?.[1];
  if (scheme !== undefined && scheme !== "illume") {
    throw new UnsupportedCapabilityError({
      expected: "a model that illume itself can teach",
      received: JSON.stringify(model),
      remedy: `name a shipped one (${shipped.join(", ")}) or illume:PATH`,
    });
  }
  const path = scheme === "illume" ? model.slice("illume:".length) : model;
  if (existsSync(path)) return resolve(path);
  if (scheme === undefined && !/[\\/.]/u.test(model)) {
    throw new UnknownNameError({ kind: "model", name: model, known: shipped });
  }
  throw new StorageError({
    expected: "a model's file or folder",
    received: `nothing at ${JSON.stringify(path)}`,
    remedy: "check the path",
  });
}
