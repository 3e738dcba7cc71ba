/** Each provider's package against a loopback server that answers in that provider's own form. */
import { createServer, type IncomingHttpHeaders } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, describe, expect, test } from "vitest";
import { KeyRefusedError } from "../../src/language-models/endpoints/errors/key-refused-error.ts";
import type { Generation } from "../../src/language-models/language-model.ts";
import { openLanguageModel } from "../../src/language-models/open-language-model.ts";

interface Seen {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Readonly<Record<string, unknown>>;
}

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

async function start(document: object, status = 200): Promise<{ readonly url: string; readonly seen: Seen[] }> {
  const seen: Seen[] = [];
  const server = createServer(async (request, response) => {
    const parts: Buffer[] = [];
    for await (const part of request) parts.push(part as Buffer);
    seen.push({ path: request.url ?? "", headers: request.headers, body: JSON.parse(Buffer.concat(parts).toString()) });
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(document));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  closing.push(() => {
    server.close();
    server.closeAllConnections();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, seen };
}

const key = "sesame-0123456789";
const providers = [
  {
    id: "openai:gpt-4.1-mini",
    environment: (url: string) => ({ OPENAI_API_KEY: key, OPENAI_BASE_URL: url }),
    answer: {
      choices: [{ index: 0, message: { role: "assistant", content: "seven" }, finish_reason: "length" }],
      usage: { prompt_tokens: 5, completion_tokens: 2, total_tokens: 7 },
    },
    keyHeader: ["authorization", `Bearer ${key}`],
    body: { model: "gpt-4.1-mini", max_tokens: 9, temperature: 0.5, seed: expect.any(Number), stop: ["x"] },
  },
  {
    id: "anthropic:claude-haiku-4-5",
    environment: (url: string) => ({ ANTHROPIC_API_KEY: key, ANTHROPIC_BASE_URL: url }),
    answer: {
      id: "msg",
      type: "message",
      role: "assistant",
      model: "claude-haiku-4-5",
      content: [{ type: "text", text: "seven" }],
      stop_reason: "max_tokens",
      stop_sequence: null,
      usage: { input_tokens: 5, output_tokens: 2 },
    },
    keyHeader: ["x-api-key", key],
    body: { model: "claude-haiku-4-5", max_tokens: 9, temperature: 0.5, stop_sequences: ["x"] },
  },
  {
    id: "google:gemini-2.5-flash",
    environment: (url: string) => ({ GEMINI_API_KEY: key, GOOGLE_GENERATIVE_AI_BASE_URL: url }),
    answer: {
      candidates: [{ content: { role: "model", parts: [{ text: "seven" }] }, finishReason: "MAX_TOKENS" }],
      usageMetadata: { promptTokenCount: 5, candidatesTokenCount: 2, totalTokenCount: 7 },
    },
    keyHeader: ["x-goog-api-key", key],
    body: { generationConfig: expect.objectContaining({ maxOutputTokens: 9, temperature: 0.5, stopSequences: ["x"] }) },
  },
] as const;

describe.each(providers)("$id", ({ id, environment, answer, keyHeader, body }) => {
  const ask = async (url: string): Promise<Generation> => {
    const model = await openLanguageModel(id, { environment: environment(url), attempts: 1 });
    const options = { prompts: ["3 + 4?"], maximumTokens: 9, temperature: 0.5, stop: ["x"], seed: 1 };
    return (await model.generate(options))[0]?.[0] as Generation;
  };

  test("asks as we say, and answers as ours", async () => {
    const { url, seen } = await start(answer);
    expect(await ask(url)).toEqual({ text: "seven", finishReason: "length", promptTokens: 5, tokens: 2 });
    expect(seen).toHaveLength(1);
    expect(seen[0]?.body).toMatchObject(body);
    expect(seen[0]?.headers[keyHeader[0]]).toBe(keyHeader[1]);
    expect(JSON.stringify([seen[0]?.body, seen[0]?.path])).not.toContain("sesame");
  });

  test("a refused key is an error that names its variable, not the key", async () => {
    const { url } = await start({ error: { message: `bad key ${key}`, type: "authentication_error", code: 401 } }, 401);
    const error = await ask(url).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(KeyRefusedError);
    expect((error as Error).message).toContain("_API_KEY");
    expect(`${(error as Error).stack}${JSON.stringify(error)}`).not.toContain("sesame");
  });
});
