/** Plain JSON in and out of a store, refusing what JSON would silently change. */
import { InvalidArgumentError } from "../core/errors/invalid-argument-error.ts";
import type { Json } from "./run-store.ts";

/** The text of plain JSON. Throws InvalidArgumentError for NaN, infinities, undefined, functions and class instances. */
export function encodeJson(value: Json, what: string): string {
  return JSON.stringify(value, function (this: unknown, key: string, item: unknown) {
    // `item` has been through toJSON already: a Date arrives as text, so the original is looked at too.
    const original = (this as Record<string, unknown>)[key];
    if (!isPlain(item) || original !== item) {
      throw new InvalidArgumentError({
        expected: `plain JSON as ${what}`,
        received: `${describe(original)}${key === "" ? "" : ` under ${JSON.stringify(key)}`}`,
        remedy: "convert it to finite numbers, texts, lists and plain objects first",
      });
    }
    return item;
  });
}

export function decodeJson(text: string): Json {
  return JSON.parse(text) as Json;
}

function isPlain(item: unknown): boolean {
  if (item === null) return true;
  if (typeof item === "number") return Number.isFinite(item);
  if (typeof item !== "object") return typeof item === "string" || typeof item === "boolean";
  const prototype: unknown = Object.getPrototypeOf(item);
  return Array.isArray(item) || prototype === Object.prototype || prototype === null;
}

function describe(item: unknown): string {
  if (typeof item === "object" && item !== null) return `a ${item.constructor?.name ?? "object"}`;
  return typeof item === "function" || typeof item === "symbol" ? `a ${typeof item}` : String(item);
}
