/** OpenAI's parameters that illume does not have, and those that change nothing about an answer. */
import { ApiError } from "./api-error.ts";
import type { JsonObject } from "./read-json-body.ts";

/** Each with the values that ask for nothing; null, [] and {} do so everywhere. */
const neutralValues: Readonly<Record<string, readonly unknown[]>> = {
  audio: [],
  best_of: [1],
  dimensions: [],
  echo: [false],
  frequency_penalty: [0],
  function_call: ["none", "auto"],
  functions: [],
  logit_bias: [],
  modalities: [],
  moderation: [],
  prediction: [],
  presence_penalty: [0],
  reasoning_effort: ["none"],
  store: [false],
  suffix: [""],
  tool_choice: ["none", "auto"],
  tools: [],
  verbosity: [],
  web_search_options: [],
};

/** Billing, bookkeeping and caching of OpenAI's own service, and permissions for what cannot happen here. */
const ignored = new Set([
  "metadata",
  "parallel_tool_calls",
  "prompt_cache_key",
  "prompt_cache_options",
  "prompt_cache_retention",
  "safety_identifier",
  "service_tier",
  "user",
]);

/**
 * The body without parameters that ask for nothing.
 * Throws ApiError 400 naming a parameter that asks for what illume cannot do.
 */
export function withoutUnsupported(body: JsonObject): JsonObject {
  const kept: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(body)) {
    if (ignored.has(name) || asksForNothing(name, value)) continue;
    if (Object.hasOwn(neutralValues, name)) throw unsupported(name);
    kept[name] = value;
  }
  return kept;
}

function asksForNothing(name: string, value: unknown): boolean {
  if (value === null) return true;
  if (name === "response_format" || name === "modalities") return isText(value);
  if (!Object.hasOwn(neutralValues, name)) return false;
  if (typeof value === "object") return Object.keys(value as object).length === 0;
  return (neutralValues[name] as readonly unknown[]).includes(value);
}

/** {"type": "text"} and ["text"], the only kinds of answer there are. */
function isText(value: unknown): boolean {
  const text = JSON.stringify(value);
  if (text === '{"type":"text"}' || text === '["text"]') return true;
  throw unsupported(text.startsWith("[") ? "modalities" : "response_format", ": only text is");
}

function unsupported(name: string, detail = ""): ApiError {
  return new ApiError({
    status: 400,
    message: `${name} is not supported here${detail}: leave it out`,
    param: name,
    code: "unsupported_parameter",
  });
}
