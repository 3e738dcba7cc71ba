/** Errors of a configuration in the words of the schema: every wrong setting, with its place and what would be right. */
import type { z } from "zod";
import { InvalidArgumentError } from "../core/errors/invalid-argument-error.ts";
import { nearestName } from "../core/errors/nearest-name.ts";

/** One setting that is wrong, in the three parts of an error, each on one line. */
export interface ConfigurationProblem {
  /** The setting as the user wrote it, e.g. "illume.yaml: search.batchSize" or "--search-batch-size". */
  readonly place: string;
  readonly expected: string;
  readonly received: string;
  readonly remedy: string;
}

/** One or more settings that are unknown or out of range; `problems` has all of them, the message the first. */
export class ConfigurationError extends InvalidArgumentError {
  readonly problems: readonly ConfigurationProblem[];

  constructor(problems: readonly ConfigurationProblem[]) {
    const first = problems[0] as ConfigurationProblem;
    super(first);
    this.problems = problems;
    const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : "";
    this.message = `${configurationProblemLine(first)}${more}`;
  }
}

/** One line for people. */
export function configurationProblemLine(problem: ConfigurationProblem): string {
  const place = problem.place === "" ? "" : `${problem.place}: `;
  return `${place}expected ${problem.expected}, but got ${problem.received}: ${problem.remedy}`;
}

type SchemaNode = z.core.JSONSchema.BaseSchema;

/** The issues of a failed check as problems in the schema's words; `describePath` names a setting by its path. */
export function configurationProblems(
  issues: readonly z.core.$ZodIssue[],
  schema: SchemaNode,
  settings: unknown,
  describePath: (path: readonly PropertyKey[]) => string,
): ConfigurationProblem[] {
  const problems: ConfigurationProblem[] = [];
  for (const issue of issues) {
    const node = nodeAt(schema, issue.path);
    if (issue.code === "unrecognized_keys") {
      const known = Object.keys(node.properties ?? {});
      for (const key of issue.keys) {
        const nearest = nearestName(key, known);
        problems.push({
          place: describePath([...issue.path, key]),
          expected: `a known setting (${known.join(", ")})`,
          received: JSON.stringify(key),
          remedy: nearest === undefined ? "remove it" : `did you mean ${JSON.stringify(nearest)}?`,
        });
      }
      continue;
    }
    const value = valueAt(settings, issue.path);
    problems.push({
      place: describePath(issue.path),
      expected: describeExpected(node),
      received: describeValue(value),
      remedy: remedyFor(node, value),
    });
  }
  return problems;
}

/** What a setting may be, in words: "a whole number of at least 1". */
export function describeExpected(node: SchemaNode): string {
  if (node.enum !== undefined) return `one of ${node.enum.join(", ")}`;
  if (node.type === "boolean") return "true or false";
  if (node.type === "string") return "a text that is not empty";
  if (node.type === "object") return `a group of settings (${Object.keys(node.properties ?? {}).join(", ")})`;
  if (node.type === "array") {
    const item = itemAt(node, 0);
    const least = node.minItems === undefined ? "any number of items" : `at least ${node.minItems} item`;
    const number = node.prefixItems === undefined ? least : `${node.prefixItems.length} items`;
    return `a list of ${number}, each ${item === undefined ? "a value" : describeExpected(item)}`;
  }
  const kind = node.type === "integer" ? "a whole number" : "a number";
  const low =
    node.minimum !== undefined
      ? `of at least ${node.minimum}`
      : node.exclusiveMinimum !== undefined
        ? `above ${node.exclusiveMinimum}`
        : undefined;
  const high =
    node.exclusiveMaximum !== undefined
      ? `below ${node.exclusiveMaximum}`
      : node.maximum !== undefined && node.maximum < 100_000_000
        ? `at most ${node.maximum}`
        : undefined;
  return [kind, [low, high].filter((part) => part !== undefined).join(" and ")].filter((part) => part !== "").join(" ");
}

function remedyFor(node: SchemaNode, value: unknown): string {
  if (node.enum !== undefined && typeof value === "string") {
    const nearest = nearestName(value, node.enum.map(String));
    if (nearest !== undefined) return `did you mean ${JSON.stringify(nearest)}?`;
  }
  if (node.type === "object") return "write its settings indented below it, or leave it out";
  if (node.default !== undefined) return `leave it out for the default, ${JSON.stringify(node.default)}`;
  return "correct it or leave it out";
}

function nodeAt(schema: SchemaNode, path: readonly PropertyKey[]): SchemaNode {
  let node = schema;
  for (const key of path) {
    const next = typeof key === "number" ? itemAt(node, key) : node.properties?.[String(key)];
    if (next === undefined || typeof next === "boolean") return node;
    node = next as SchemaNode;
  }
  return node;
}

/** A list's item: of its own where places differ, else what all of them are. */
function itemAt(node: SchemaNode, index: number): SchemaNode | undefined {
  const item = node.prefixItems?.[index] ?? node.items;
  return typeof item === "object" && !Array.isArray(item) ? (item as SchemaNode) : undefined;
}

function valueAt(settings: unknown, path: readonly PropertyKey[]): unknown {
  let value = settings;
  for (const key of path) value = (value as Record<PropertyKey, unknown> | undefined)?.[key];
  return value;
}

function describeValue(value: unknown): string {
  if (value === undefined) return "nothing";
  if (typeof value === "number") return String(value);
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}...` : text;
}
