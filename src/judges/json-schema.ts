/**
 * JSON Schema (draft 2020-12, and what older drafts share with it) as far as models are held to it. A keyword that is not
 * known here is refused rather than passed over, because a check that checks less than it says misleads. Left out on
 * purpose: references to other documents, dynamic references, unevaluated*, content*.
 */
import { z } from "zod";
import { InvalidArgumentError } from "../core/errors/invalid-argument-error.ts";
import { quotedText } from "../core/quoted-text.ts";

type Schema = boolean | Readonly<Record<string, unknown>>;
/** What is wrong with a value, in one line; undefined where it fits. */
type Fault = string | undefined;
type Check = (value: unknown, depth: number) => Fault;
type Compile = (schema: unknown) => Check;

/** No value of a model's needs more; recursion stays far from the end of the stack. */
const maximumDepth = 200;

const annotations = [
  "$schema",
  "$id",
  "$comment",
  "$defs",
  "definitions",
  "title",
  "description",
  "default",
  "examples",
  "deprecated",
  "readOnly",
  "writeOnly",
];

const formats: Readonly<Record<string, z.ZodType>> = {
  "date-time": z.iso.datetime({ offset: true }),
  date: z.iso.date(),
  email: z.email(),
  uri: z.url(),
  uuid: z.uuid(),
  ipv4: z.ipv4(),
  ipv6: z.ipv6(),
};

/**
 * The check of a schema. Throws InvalidArgumentError for keywords, formats and references that are not known, and for
 * patterns that are none.
 */
export function compileJsonSchema(root: unknown): (value: unknown) => Fault {
  const references = new Map<string, Check>();
  const compile: Compile = (schema) => compileSchema(schema as Schema, compile, reference);
  const reference = (path: string): Check => {
    const known = references.get(path);
    if (known !== undefined) return known;
    // Entered before it is compiled, so that a schema may refer to itself.
    let target: Check | undefined;
    references.set(path, (value, depth) => target?.(value, depth));
    target = compile(resolve(root, path));
    return target;
  };
  const check = compile(root);
  return (value) => check(value, 0);
}

function compileSchema(schema: Schema, compile: Compile, reference: (path: string) => Check): Check {
  if (schema === true) return () => undefined;
  if (schema === false) return () => "nothing is allowed here";
  if (!isObject(schema)) throw unusable("a schema as an object, true or false", schema);
  const checks: Check[] = [];
  for (const [keyword, argument] of Object.entries(schema)) {
    if (annotations.includes(keyword) || ["then", "else", "minContains", "maxContains"].includes(keyword)) continue;
    if (keyword === "$ref") checks.push(reference(String(argument)));
    else if (Object.hasOwn(keywords, keyword)) checks.push((keywords[keyword] as Keyword)(argument, schema, compile));
    else throw unusable("keywords of JSON Schema that illume checks", keyword);
  }
  return (value, depth) => {
    if (depth > maximumDepth) return `nested more than ${maximumDepth} deep`;
    for (const check of checks) {
      const fault = check(value, depth + 1);
      if (fault !== undefined) return fault;
    }
    return undefined;
  };
}

type Keyword = (argument: unknown, schema: Readonly<Record<string, unknown>>, compile: Compile) => Check;

const keywords: Readonly<Record<string, Keyword>> = {
  type: (argument) => {
    const types = [argument].flat().map(String);
    const unknown = types.find((type) => !Object.hasOwn(typeTests, type));
    if (unknown !== undefined) throw unusable("a known type", unknown);
    return (value) =>
      types.some((type) => typeTests[type]?.(value)) ? undefined : `not of type ${types.join(" or ")}`;
  },
  enum: (argument) => {
    const allowed = new Set(listOf(argument, "enum").map(canonical));
    return (value) => (allowed.has(canonical(value)) ? undefined : "none of the listed values");
  },
  const: (argument) => (value) => (canonical(value) === canonical(argument) ? undefined : "not the constant"),
  not: (argument, _, compile) => {
    const check = compile(argument);
    return (value, depth) => (check(value, depth) === undefined ? "what must not be" : undefined);
  },
  allOf: (argument, _, compile) => {
    const checks = listOf(argument, "allOf").map(compile);
    return (value, depth) => firstFault(checks, (check) => check(value, depth));
  },
  anyOf: (argument, _, compile) => {
    const checks = listOf(argument, "anyOf").map(compile);
    return (value, depth) =>
      checks.some((check) => check(value, depth) === undefined) ? undefined : "none of the alternatives";
  },
  oneOf: (argument, _, compile) => {
    const checks = listOf(argument, "oneOf").map(compile);
    return (value, depth) => {
      const fitting = checks.filter((check) => check(value, depth) === undefined).length;
      return fitting === 1 ? undefined : `${fitting} of the alternatives instead of one`;
    };
  },
  if: (argument, schema, compile) => {
    const [condition, yes, no] = [argument, schema.then ?? true, schema.else ?? true].map(compile) as [
      Check,
      Check,
      Check,
    ];
    return (value, depth) => (condition(value, depth) === undefined ? yes : no)(value, depth);
  },
  properties: (argument, _, compile) => {
    const checks = Object.entries(objectOf(argument, "properties")).map(
      ([name, inner]) => [name, compile(inner)] as const,
    );
    return ofObjects((value, depth) =>
      firstFault(checks, ([name, check]) =>
        Object.hasOwn(value, name) ? within(name, check(value[name], depth)) : undefined,
      ),
    );
  },
  patternProperties: (argument, _, compile) => {
    const checks = Object.entries(objectOf(argument, "patternProperties")).map(
      ([source, inner]) => [pattern(source), compile(inner)] as const,
    );
    return ofObjects((value, depth) =>
      firstFault(checks, ([matching, check]) =>
        firstFault(Object.keys(value), (name) =>
          matching.test(name) ? within(name, check(value[name], depth)) : undefined,
        ),
      ),
    );
  },
  additionalProperties: (argument, schema, compile) => {
    const check = compile(argument);
    const named = new Set(Object.keys(objectOf(schema.properties ?? {}, "properties")));
    const patterns = Object.keys(objectOf(schema.patternProperties ?? {}, "patternProperties")).map(pattern);
    return ofObjects((value, depth) =>
      firstFault(Object.keys(value), (name) =>
        named.has(name) || patterns.some((each) => each.test(name))
          ? undefined
          : within(name, check(value[name], depth)),
      ),
    );
  },
  propertyNames: (argument, _, compile) => {
    const check = compile(argument);
    return ofObjects((value, depth) => firstFault(Object.keys(value), (name) => within(name, check(name, depth))));
  },
  required: (argument) => {
    const names = listOf(argument, "required").map(String);
    return ofObjects((value) =>
      firstFault(names, (name) => (Object.hasOwn(value, name) ? undefined : `without ${quotedText(name)}`)),
    );
  },
  dependentRequired: (argument) => {
    const entries = Object.entries(objectOf(argument, "dependentRequired")).map(
      ([name, needed]) => [name, listOf(needed, name).map(String)] as const,
    );
    return ofObjects((value) =>
      firstFault(entries, ([name, needed]) =>
        Object.hasOwn(value, name) && needed.some((other) => !Object.hasOwn(value, other))
          ? `without what ${quotedText(name)} needs`
          : undefined,
      ),
    );
  },
  minProperties: (argument) =>
    atLeast(argument, "properties", (value) => (isObject(value) ? Object.keys(value).length : undefined)),
  maxProperties: (argument) =>
    atMost(argument, "properties", (value) => (isObject(value) ? Object.keys(value).length : undefined)),
  items: (argument, schema, compile) => {
    // Older drafts have a list here, which is prefixItems now.
    if (Array.isArray(argument)) throw unusable("one schema for items, and a list in prefixItems", "a list in items");
    const check = compile(argument);
    const first = schema.prefixItems === undefined ? 0 : listOf(schema.prefixItems, "prefixItems").length;
    return ofLists((value, depth) =>
      firstFault(value.slice(first).entries(), ([index, item]) => within(index + first, check(item, depth))),
    );
  },
  prefixItems: (argument, _, compile) => {
    const checks = listOf(argument, "prefixItems").map(compile);
    return ofLists((value, depth) =>
      firstFault(checks.entries(), ([index, check]) =>
        index < value.length ? within(index, check(value[index], depth)) : undefined,
      ),
    );
  },
  contains: (argument, schema, compile) => {
    const check = compile(argument);
    const least = schema.minContains === undefined ? 1 : numberOf(schema.minContains, "minContains");
    const most = schema.maxContains === undefined ? Infinity : numberOf(schema.maxContains, "maxContains");
    return ofLists((value, depth) => {
      const found = value.filter((item) => check(item, depth) === undefined).length;
      return found >= least && found <= most ? undefined : `${found} items of the kind that it should contain`;
    });
  },
  minItems: (argument) => atLeast(argument, "items", (value) => (Array.isArray(value) ? value.length : undefined)),
  maxItems: (argument) => atMost(argument, "items", (value) => (Array.isArray(value) ? value.length : undefined)),
  uniqueItems: (argument) =>
    ofLists((value) =>
      argument === true && new Set(value.map(canonical)).size < value.length ? "items that are equal" : undefined,
    ),
  minLength: (argument) => atLeast(argument, "characters", lengthOf),
  maxLength: (argument) => atMost(argument, "characters", lengthOf),
  pattern: (argument) => {
    const matching = pattern(String(argument));
    return (value) =>
      typeof value !== "string" || matching.test(value) ? undefined : "text that does not match the pattern";
  },
  format: (argument) => {
    const format = Object.hasOwn(formats, String(argument)) ? formats[String(argument)] : undefined;
    if (format === undefined) throw unusable(`a format of ${Object.keys(formats).join(", ")}`, argument);
    return (value) =>
      typeof value !== "string" || format.safeParse(value).success ? undefined : `no ${String(argument)}`;
  },
  minimum: (argument) => atLeast(argument, "", numberIn),
  maximum: (argument) => atMost(argument, "", numberIn),
  exclusiveMinimum: (argument) => {
    const limit = numberOf(argument, "exclusiveMinimum");
    return (value) => (typeof value !== "number" || value > limit ? undefined : `not above ${limit}`);
  },
  exclusiveMaximum: (argument) => {
    const limit = numberOf(argument, "exclusiveMaximum");
    return (value) => (typeof value !== "number" || value < limit ? undefined : `not below ${limit}`);
  },
  multipleOf: (argument) => {
    const unit = numberOf(argument, "multipleOf");
    // 0.3 is a multiple of 0.1 although their binary fractions are not.
    const isMultiple = (value: number) =>
      Math.abs(value / unit - Math.round(value / unit)) <= 1e-9 * Math.max(1, Math.abs(value / unit));
    return (value) => (typeof value !== "number" || isMultiple(value) ? undefined : `no multiple of ${unit}`);
  },
};

const typeTests: Readonly<Record<string, (value: unknown) => boolean>> = {
  null: (value) => value === null,
  boolean: (value) => typeof value === "boolean",
  string: (value) => typeof value === "string",
  number: (value) => typeof value === "number",
  integer: (value) => Number.isInteger(value),
  array: Array.isArray,
  object: isObject,
};

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function ofObjects(check: (value: Readonly<Record<string, unknown>>, depth: number) => Fault): Check {
  return (value, depth) => (isObject(value) ? check(value, depth) : undefined);
}

function ofLists(check: (value: readonly unknown[], depth: number) => Fault): Check {
  return (value, depth) => (Array.isArray(value) ? check(value, depth) : undefined);
}

function firstFault<Part>(parts: Iterable<Part>, faultOf: (part: Part) => Fault): Fault {
  for (const part of parts) {
    const fault = faultOf(part);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function within(place: string | number, fault: Fault): Fault {
  return fault === undefined ? undefined : `${typeof place === "number" ? `[${place}]` : quotedText(place)}: ${fault}`;
}

function lengthOf(value: unknown): number | undefined {
  return typeof value === "string" ? [...value].length : undefined;
}

function numberIn(value: unknown): number | undefined {
  return typeof value === "number" ? value : undefined;
}

function atLeast(argument: unknown, unit: string, measure: (value: unknown) => number | undefined): Check {
  const limit = numberOf(argument, `a least number of ${unit}`);
  return (value) => ((measure(value) ?? limit) >= limit ? undefined : `less than ${`${limit} ${unit}`.trim()}`);
}

function atMost(argument: unknown, unit: string, measure: (value: unknown) => number | undefined): Check {
  const limit = numberOf(argument, `a greatest number of ${unit}`);
  return (value) => ((measure(value) ?? limit) <= limit ? undefined : `more than ${`${limit} ${unit}`.trim()}`);
}

/** Equal texts for equal values, whatever the order of their properties. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    isObject(inner) ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1))) : inner,
  );
}

/** The part of the schema that "#/$defs/name" points at (RFC 6901). */
function resolve(root: unknown, path: string): unknown {
  if (path !== "#" && !path.startsWith("#/")) throw unusable('references within the schema ("#/$defs/...")', path);
  let part = root;
  for (const segment of path.split("/").slice(1)) {
    const name = decodeURIComponent(segment).replaceAll("~1", "/").replaceAll("~0", "~");
    if (typeof part !== "object" || part === null || !Object.hasOwn(part, name))
      throw unusable("a reference that leads somewhere", path);
    part = (part as Record<string, unknown>)[name];
  }
  return part;
}

function pattern(source: string): RegExp {
  try {
    return new RegExp(source, "u");
  } catch (error) {
    throw unusable("a regular expression", source, error);
  }
}

function listOf(argument: unknown, name: string): readonly unknown[] {
  if (Array.isArray(argument)) return argument;
  throw unusable(`a list in ${name}`, argument);
}

function objectOf(argument: unknown, name: string): Readonly<Record<string, unknown>> {
  if (isObject(argument)) return argument;
  throw unusable(`an object in ${name}`, argument);
}

function numberOf(argument: unknown, name: string): number {
  if (typeof argument === "number") return argument;
  throw unusable(`a number in ${name}`, argument);
}

function unusable(expected: string, received: unknown, cause?: unknown): InvalidArgumentError {
  const shown = quotedText(typeof received === "string" ? received : (JSON.stringify(received) ?? "nothing"));
  return new InvalidArgumentError({ expected, received: shown, remedy: "correct the JSON schema", cause });
}
