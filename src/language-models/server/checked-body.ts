/** A request's body against a schema: errors name the parameter as OpenAI's endpoints do. */
import type { z } from "zod";
import { quotedText } from "../../core/quoted-text.ts";
import { ApiError } from "./api-error.ts";
import type { JsonObject } from "./read-json-body.ts";
import { withoutUnsupported } from "./unsupported-parameters.ts";

/**
 * The body as the schema has it, without what asks for nothing.
 * Throws ApiError 400 naming the parameter that is wrong, unknown or not supported.
 */
export function checkedBody<Schema extends z.ZodType>(schema: Schema, body: JsonObject): z.output<Schema> {
  const asked = withoutUnsupported(body);
  const result = schema.safeParse(asked);
  if (result.success) return result.data;
  const issue = innermost(result.error.issues[0] as z.core.$ZodIssue);
  const unknown = issue.code === "unrecognized_keys" ? issue.keys[0] : undefined;
  const path = unknown === undefined ? issue.path : [...issue.path, unknown];
  throw wrongParameter(
    pathText(path),
    unknown === undefined ? `${issue.message}, but got ${valueAt(asked, path)}` : issue.message,
  );
}

/** In a union, what the branch says that got furthest: messages[0].content[1].type rather than messages[0].content. */
function innermost(issue: z.core.$ZodIssue): z.core.$ZodIssue {
  if (issue.code !== "invalid_union") return issue;
  const deepest = issue.errors
    .flatMap((issues) => issues.slice(0, 1))
    .reduce<z.core.$ZodIssue | undefined>(
      (best, candidate) => (candidate.path.length > (best?.path.length ?? 0) ? candidate : best),
      undefined,
    );
  if (deepest === undefined) return issue;
  return innermost({ ...deepest, path: [...issue.path, ...deepest.path] });
}

/** What a schema's object says of fields that it does not have. */
export function unknownKeys(issue: z.core.$ZodRawIssue): string | undefined {
  if (issue.code === "unrecognized_keys") return "expected no parameter of this name: leave it out";
  return issue.code === "invalid_type" ? "expected a JSON object" : undefined;
}

function valueAt(body: JsonObject, path: readonly PropertyKey[]): string {
  let value: unknown = body;
  for (const step of path) value = (value as Record<PropertyKey, unknown> | undefined)?.[step];
  return value === undefined ? "nothing" : quotedText(JSON.stringify(value), 60);
}

function pathText(path: readonly PropertyKey[]): string {
  return path
    .map((step, index) => (typeof step === "number" ? `[${step}]` : `${index > 0 ? "." : ""}${String(step)}`))
    .join("")
    .slice(0, 200);
}

/** A parameter's value that cannot be. */
export function wrongParameter(param: string, message: string): ApiError {
  return new ApiError({ status: 400, message: `${quotedText(param)}: ${message}`, param, code: "invalid_value" });
}
