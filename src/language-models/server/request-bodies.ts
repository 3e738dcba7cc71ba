/** What the three endpoints are asked for: OpenAI's bodies checked and in illume's words. */
import { z } from "zod";
import { mostAlternatives } from "../generate-options.ts";
import type { ChatMessage, Prompt } from "../language-model.ts";
import { checkedBody, unknownKeys, wrongParameter } from "./checked-body.ts";
import type { JsonObject } from "./read-json-body.ts";

/** What is asked of the model, and how the answer is to come. */
export interface TextRequest {
  readonly model: string;
  readonly prompts: readonly Prompt[];
  readonly samples: number;
  /** Missing: the server's own choice. */
  readonly maximumTokens?: number;
  readonly temperature: number;
  readonly topP: number;
  readonly stop: readonly string[];
  readonly seed?: number;
  /** Whether each token's log probability is wanted. */
  readonly logProbabilities: boolean;
  /** How many alternatives of each token. */
  readonly alternatives: number;
  readonly stream: boolean;
  /** Whether a stream ends with the tokens that were used. */
  readonly includeUsage: boolean;
}

/** Texts to embed. */
export interface EmbeddingRequest {
  readonly model: string;
  readonly texts: readonly string[];
  readonly encoding: "float" | "base64";
}

/** The most prompts times samples in one request. */
const maximumSequences = 2048;
/** As with OpenAI, whose other endpoint takes more. */
const mostCompletionAlternatives = 5;
const noTokens = "text (token ids are not supported)";

function whole(low: number, high: number) {
  const error = `expected a whole number from ${low} to ${high}`;
  return z.number({ error }).int({ error }).min(low, { error }).max(high, { error });
}

function number(low: number, high: number) {
  const error = `expected a number from ${low} to ${high}`;
  return z.number({ error }).min(low, { error }).max(high, { error });
}

function text(expected: string) {
  return z.string({ error: `expected ${expected}` }).refine((value) => value.isWellFormed(), {
    error: "expected text without lone surrogates",
  });
}

const flag = z.boolean({ error: "expected true or false" });
const stopText = text("text").min(1, { error: "expected text that is not empty" });
const stop = z
  .union([stopText.transform((single) => [single]), z.array(stopText).max(4)], {
    error: "expected a text that is not empty, or a list of at most 4",
  })
  .default([]);

const sampling = {
  model: text("the name of a model"),
  n: whole(1, 128).default(1),
  max_tokens: whole(1, 2 ** 31).optional(),
  temperature: number(0, 2).default(1),
  top_p: number(0, 1)
    .refine((value) => value > 0, { error: "expected a number above 0 and at most 1" })
    .default(1),
  stop,
  seed: whole(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER).optional(),
  stream: flag.default(false),
  stream_options: z
    .strictObject({ include_usage: flag.optional(), include_obfuscation: flag.optional() }, { error: unknownKeys })
    .optional(),
};

const textPart = z.strictObject(
  { type: z.literal("text", { error: 'expected "text" (only text is supported)' }), text: text("text") },
  { error: unknownKeys },
);
const content = z.union([text("text"), z.array(textPart)], { error: "expected text, or a list of parts of type text" });

const message = z.strictObject(
  {
    role: z.enum(["system", "developer", "user", "assistant"], {
      error: "expected system, developer, user or assistant (tools are not supported)",
    }),
    content,
  },
  { error: unknownKeys },
);

const chatBody = z.strictObject(
  {
    ...sampling,
    messages: z.array(message, { error: "expected a list of messages" }).min(1, { error: "expected a message" }),
    max_completion_tokens: whole(1, 2 ** 31).optional(),
    logprobs: flag.default(false),
    top_logprobs: whole(0, mostAlternatives).default(0),
  },
  { error: unknownKeys },
);

const completionBody = z.strictObject(
  {
    ...sampling,
    prompt: z.union([text(noTokens).transform((single) => [single]), z.array(text(noTokens)).min(1)], {
      error: `expected ${noTokens}, or a list of texts`,
    }),
    logprobs: whole(0, mostCompletionAlternatives).optional(),
  },
  { error: unknownKeys },
);

const embeddingBody = z.strictObject(
  {
    model: sampling.model,
    input: z.union([text(noTokens).transform((single) => [single]), z.array(text(noTokens)).min(1).max(2048)], {
      error: `expected ${noTokens}, or a list of 1 to 2048 texts`,
    }),
    encoding_format: z.enum(["float", "base64"], { error: 'expected "float" or "base64"' }).default("float"),
  },
  { error: unknownKeys },
);

/** The body of /v1/chat/completions. Throws ApiError 400 naming the parameter that is wrong or unsupported. */
export function parseChatRequest(body: JsonObject): TextRequest {
  const parsed = checkedBody(chatBody, {
    ...body,
    ...(Array.isArray(body.messages) && { messages: body.messages.map(bare) }),
  });
  const { max_tokens, max_completion_tokens, logprobs, top_logprobs: alternatives } = parsed;
  if (alternatives > 0 && !logprobs) {
    throw wrongParameter("top_logprobs", "expected logprobs to be true where top_logprobs are given");
  }
  const messages = parsed.messages.map(
    ({ role, content: given }): ChatMessage => ({
      role: role === "developer" ? "system" : role,
      content: typeof given === "string" ? given : given.map((part) => part.text).join(""),
    }),
  );
  return textRequest(parsed, [messages], max_completion_tokens ?? max_tokens, {
    logProbabilities: logprobs,
    alternatives,
  });
}

/** The body of /v1/completions. Throws as parseChatRequest does. */
export function parseCompletionRequest(body: JsonObject): TextRequest {
  const parsed = checkedBody(completionBody, body);
  // 16 is what OpenAI takes where nothing is said.
  return textRequest(parsed, parsed.prompt, parsed.max_tokens ?? 16, {
    logProbabilities: parsed.logprobs !== undefined,
    alternatives: parsed.logprobs ?? 0,
  });
}

/** The body of /v1/embeddings. Throws as parseChatRequest does. */
export function parseEmbeddingRequest(body: JsonObject): EmbeddingRequest {
  const { model, input, encoding_format } = checkedBody(embeddingBody, body);
  return { model, texts: input, encoding: encoding_format };
}

type Sampling = z.output<z.ZodObject<typeof sampling>>;

function textRequest(
  parsed: Sampling,
  prompts: readonly Prompt[],
  maximumTokens: number | undefined,
  told: Pick<TextRequest, "logProbabilities" | "alternatives">,
): TextRequest {
  const { model, n, temperature, top_p, seed, stream, stream_options } = parsed;
  if (prompts.length * n > maximumSequences) {
    throw wrongParameter("n", `expected at most ${maximumSequences} prompts times n in one request`);
  }
  if (stream_options !== undefined && !stream) {
    throw wrongParameter("stream_options", "expected stream to be true where stream_options are given");
  }
  return {
    model,
    prompts,
    samples: n,
    ...(maximumTokens !== undefined && { maximumTokens }),
    temperature,
    topP: top_p,
    stop: parsed.stop,
    ...(seed !== undefined && { seed }),
    ...told,
    stream,
    includeUsage: stream_options?.include_usage === true,
  };
}

/** An answer's message can be sent back as it came: its empty fields (refusal, annotations) are left out. */
function bare(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const empty = (field: unknown) => field === null || (Array.isArray(field) && field.length === 0);
  return Object.fromEntries(Object.entries(value).filter(([name, field]) => name === "content" || !empty(field)));
}
