/** A domain read from YAML: a shipped one by its name, or the user's own by its file. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { type Document, isMap, isNode, isPair, LineCounter, type Node, parseDocument } from "yaml";
import type { z } from "zod";
import { fileSystemFailure } from "../core/errors/file-system-failure.ts";
import { nearestName } from "../core/errors/nearest-name.ts";
import { UnknownNameError } from "../core/errors/unknown-name-error.ts";
import { packageRoot } from "../core/package-root.ts";
import { quotedText } from "../core/quoted-text.ts";
import { DomainError, type DomainFault } from "./domain-error.ts";
import { type Domain, domainSchema } from "./domain-schema.ts";

/** Names of the domains that come with illume. */
export const shippedDomains: readonly string[] = ["question-answering", "cybersecurity", "safety", "grade-school"];

/**
 * The domain of a name, or of a YAML file (a name with a dot or a slash in it).
 * Throws UnknownNameError with the nearest name, StorageError where the file cannot be read, DomainError with line and
 * column of every fault.
 */
export function loadDomain(nameOrFile: string): Domain {
  const isFile = /[./\\]/u.test(nameOrFile);
  if (!isFile && !shippedDomains.includes(nameOrFile)) {
    throw new UnknownNameError({ kind: "domain", name: nameOrFile, known: shippedDomains });
  }
  const file = isFile ? nameOrFile : join(packageRoot, "src", "rainbow-teaming", "domains", `${nameOrFile}.yaml`);
  let content: string;
  try {
    content = readFileSync(file, "utf8");
  } catch (error) {
    throw fileSystemFailure(error, "to read", file);
  }
  return parseDomain(content, file);
}

/** A domain from the text of its file; `file` is what errors call it. Throws DomainError. */
export function parseDomain(content: string, file: string): Domain {
  const lineCounter = new LineCounter();
  const document = parseDocument(content, { lineCounter, prettyErrors: false });
  const at = (offset: number) => {
    const { line, col } = lineCounter.linePos(offset);
    return { line, column: col };
  };
  const notYaml = (received: string, offset: number): DomainError =>
    new DomainError(file, [{ ...at(offset), path: "", expected: "YAML", received, remedy: "correct it there" }]);
  const [fault] = document.errors;
  if (fault !== undefined) throw notYaml(fault.message, fault.pos[0]);
  let settings: unknown;
  try {
    settings = document.toJS({ maxAliasCount: 100 });
  } catch (error) {
    // Aliases that point nowhere, or multiply without end, are found only here.
    throw notYaml(error instanceof Error ? error.message : String(error), 0);
  }
  const checked = domainSchema.safeParse(settings);
  if (checked.success) return checked.data;
  const faults = checked.error.issues.flatMap((issue) => faultsOf(issue, document, settings, at));
  // What is missing may be there under a wrong name, which is then the better message.
  const missing = (fault: DomainFault) => Number(fault.received === nothing);
  faults.sort((a, b) => missing(a) - missing(b) || a.line - b.line || a.column - b.column);
  throw new DomainError(file, faults);
}

const nothing = "nothing";

type PlaceOf = (offset: number) => { readonly line: number; readonly column: number };

/** An issue of the schema as faults of the file, each at its own line. */
function faultsOf(issue: z.core.$ZodIssue, document: Document.Parsed, settings: unknown, at: PlaceOf): DomainFault[] {
  const path = issue.path as readonly (string | number)[];
  if (issue.code === "unrecognized_keys") {
    const known = knownKeys(path, settings);
    return issue.keys.map((key) => {
      const nearest = nearestName(key, known);
      return {
        ...at(offsetOf(document, [...path, key], true)),
        path: [...path, key].join("."),
        expected: known.length === 0 ? "a known setting" : `a known setting (${known.join(", ")})`,
        received: quotedText(key),
        remedy: nearest === undefined ? "remove it" : `did you mean ${JSON.stringify(nearest)}?`,
      };
    });
  }
  const value = valueAt(settings, path);
  return [
    {
      ...at(offsetOf(document, path, false)),
      path: path.join("."),
      expected: issue.message,
      received: value === undefined ? nothing : quotedText(JSON.stringify(value) ?? String(value), 60),
      remedy: value === undefined ? "add it" : "correct it",
    },
  ];
}

/** The keys that the schema has at a path; a union's member is found by its kind. */
function knownKeys(path: readonly (string | number)[], settings: unknown): string[] {
  let schema: unknown = domainSchema;
  for (let length = 0; ; length++) {
    // A refined group is looked into as the group itself.
    schema = withoutWrappers(schema, valueAt(settings, path.slice(0, length)));
    if (length === path.length) break;
    const { shape, element } = schema as { readonly shape?: Record<string, unknown>; readonly element?: unknown };
    schema = shape?.[String(path[length])] ?? element;
  }
  const { shape } = (schema ?? {}) as { readonly shape?: Record<string, unknown> };
  return Object.keys(shape ?? {});
}

/** The schema inside of defaults and optional ones; of a union, the member of the value's kind. */
function withoutWrappers(schema: unknown, value: unknown): unknown {
  for (;;) {
    const { def } = (schema ?? {}) as {
      readonly def?: { readonly innerType?: unknown; readonly options?: readonly unknown[] };
    };
    if (def?.innerType !== undefined) schema = def.innerType;
    else if (def?.options !== undefined) {
      const { kind } = (value ?? {}) as { readonly kind?: unknown };
      return def.options.find((option) => kindOf(option) === kind);
    } else return schema;
  }
}

function kindOf(schema: unknown): unknown {
  const { shape } = schema as { readonly shape?: { readonly kind?: { readonly value?: unknown } } };
  return shape?.kind?.value;
}

/** Where the value at a path begins, or its key; of the nearest group around it where it is missing. */
function offsetOf(document: Document.Parsed, path: readonly (string | number)[], key: boolean): number {
  for (let length = path.length; length > 0; length--) {
    const parent = length === 1 ? document.contents : document.getIn(path.slice(0, length - 1), true);
    if (key && length === path.length && isMap(parent)) {
      const pair = parent.items.find((item) => isPair(item) && String(item.key) === String(path[length - 1]));
      const start = isNode(pair?.key) ? (pair.key as Node).range?.[0] : undefined;
      if (start !== undefined) return start;
    }
    const node = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return node.range[0];
  }
  return document.contents?.range?.[0] ?? 0;
}

function valueAt(settings: unknown, path: readonly (string | number)[]): unknown {
  let value = settings;
  for (const key of path) value = (value as Record<string | number, unknown> | null | undefined)?.[key];
  return value;
}
