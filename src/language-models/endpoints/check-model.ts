/** One request to a model, and what it tells of it. */
import type { LanguageModel } from "../language-model.ts";
import { parseModelId } from "../model-id.ts";
import { type Environment, optionalKey } from "./endpoint-key.ts";
import { listedModels } from "./listed-models.ts";
import { addressKeys, ollamaUrl } from "./openai-compatible.ts";

export interface ModelCheck {
  readonly id: string;
  /** Whether there was text. */
  readonly answered: boolean;
  /** The beginning of the answer (untrusted), or why there is none. */
  readonly answer: string;
  /** Milliseconds from the question to the whole answer. */
  readonly latency: number;
  /** Tokens of the answer, where the model tells. */
  readonly tokens?: number;
  /** Tokens of the answer a second, its question's time included. */
  readonly tokensPerSecond?: number;
  /** Tokens of prompt and answer together at most, where the model or its server tells. */
  readonly contextLength?: number;
  readonly capabilities: readonly string[];
}

export interface CheckModelOptions {
  readonly environment?: Environment;
  /** Milliseconds of any beginning (default: the process's clock). */
  readonly now?: () => number;
  readonly signal?: AbortSignal;
}

// In the words of the shipped model, which knows few others.
const question = "Mia has 12 apples. Mia buys 7 more apples. How many apples does Mia have now?\n";
const maximumTokens = 32;

/** Asks greedily for 32 tokens at most. Throws what the model throws. */
export async function checkModel(model: LanguageModel, options: CheckModelOptions = {}): Promise<ModelCheck> {
  const { environment = process.env, now = () => performance.now(), signal } = options;
  const start = now();
  const rows = await model.generate({
    prompts: [[{ role: "user", content: question }]],
    maximumTokens,
    ...(signal === undefined ? {} : { signal }),
  });
  const latency = now() - start;
  const generation = rows[0]?.[0];
  const { text = "", failure, finishReason = "error", tokens } = generation ?? {};
  const contextLength = model.contextLength ?? (await toldContextLength(model.id, environment));
  return {
    id: model.id,
    answered: text !== "",
    answer: text === "" ? (failure ?? `no text (${finishReason})`) : text,
    latency,
    ...(tokens === undefined ? {} : { tokens, tokensPerSecond: latency > 0 ? (1000 * tokens) / latency : 0 }),
    ...(contextLength === undefined ? {} : { contextLength }),
    capabilities: [...model.capabilities],
  };
}

async function toldContextLength(id: string, environment: Environment): Promise<number | undefined> {
  const parsed = parseModelId(id);
  if (parsed.scheme !== "http" && parsed.scheme !== "ollama") return undefined;
  const key = optionalKey(environment, addressKeys);
  const url = parsed.scheme === "http" ? parsed.baseUrl : ollamaUrl(environment);
  const models = await listedModels(url, key === undefined ? {} : { key });
  return models?.find(({ name }) => name === parsed.name)?.contextLength;
}
