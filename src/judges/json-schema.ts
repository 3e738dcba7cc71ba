/**
 * JSON Schema by Ajv, held to what misleads nobody: a keyword or format that is not known is refused rather than passed over,
 * because a check that checks less than it says misleads. Drafts 2020-12 (where "$schema" says nothing), 2019-09 and 7.
 */
import { Ajv, type ErrorObject, type Options } from "ajv";
import { Ajv2019 } from "ajv/dist/2019.js";
import { Ajv2020 } from "ajv/dist/2020.js";
import { z } from "zod";
import { InvalidArgumentError } from "../core/errors/invalid-argument-error.ts";
import { quotedText } from "../core/quoted-text.ts";

/** What is wrong with a value, in one line; undefined where it fits. */
type Fault = string | undefined;

/** No value of a model's needs more; recursion stays far from the end of the stack. */
const maximumDepth = 200;

const formats: Readonly<Record<string, z.ZodType>> = {
  "date-time": z.iso.datetime({ offset: true }),
  date: z.iso.date(),
  email: z.email(),
  uri: z.url(),
  uuid: z.uuid(),
  ipv4: z.ipv4(),
  ipv6: z.ipv6(),
};

const settings: Options = {
  strictSchema: true,
  // Of what a schema may leave unsaid only its author knows whether it was meant.
  strictTypes: false,
  strictTuples: false,
  allowMatchingProperties: true,
  // What every object inherits is no property of a value.
  ownProperties: true,
  // 0.3 is a multiple of 0.1 although their binary fractions are not.
  multipleOfPrecision: 9,
  formats: Object.fromEntries(
    Object.entries(formats).map(([name, format]) => [name, (text: string) => format.safeParse(text).success]),
  ),
  logger: false,
};

const drafts = { "2020-12": Ajv2020, "2019-09": Ajv2019, "draft-07": Ajv } as const;

/**
 * The check of a schema. Throws InvalidArgumentError for keywords, formats and references that are not known, for patterns
 * that are none, and for other drafts.
 */
export function compileJsonSchema(schema: unknown): (value: unknown) => Fault {
  const validate = compiled(schema);
  return (value) => {
    if (isDeeper(value, maximumDepth)) return `nested more than ${maximumDepth} deep`;
    return validate(value) ? undefined : describe(validate.errors?.[0]);
  };
}

function compiled(schema: unknown) {
  if (typeof schema !== "boolean" && (typeof schema !== "object" || schema === null || Array.isArray(schema))) {
    throw unusable("a schema as an object, true or false", JSON.stringify(schema) ?? "nothing");
  }
  const named = typeof schema === "object" && "$schema" in schema ? String(schema.$schema) : "2020-12";
  const draft = Object.entries(drafts).find(([name]) => named.includes(name));
  if (draft === undefined) throw unusable(`a schema of ${Object.keys(drafts).join(", ")}`, quotedText(named));
  if (typeof schema === "object" && "$async" in schema) {
    throw unusable("a schema that is checked at once", 'the keyword "$async"');
  }
  try {
    return new draft[1](settings).compile(schema);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw unusable("a JSON schema that can be checked whole", quotedText(message, 300), error);
  }
}

function describe(error: ErrorObject | undefined): string {
  const { instancePath = "", message = "not what the schema asks for", propertyName } = error ?? {};
  const place = propertyName === undefined ? instancePath : `${instancePath}/${propertyName}`;
  return place === "" ? message : `${quotedText(place)}: ${message}`;
}

/** Without recursion: hostile values are nested deeply. */
function isDeeper(value: unknown, depth: number): boolean {
  let level: unknown[] = [value];
  for (let below = 0; below <= depth; below++) {
    level = level.flatMap((each) => (typeof each === "object" && each !== null ? Object.values(each) : []));
    if (level.length === 0) return false;
  }
  return true;
}

function unusable(expected: string, received: string, cause?: unknown): InvalidArgumentError {
  return new InvalidArgumentError({ expected, received, remedy: "correct the JSON schema", cause });
}
