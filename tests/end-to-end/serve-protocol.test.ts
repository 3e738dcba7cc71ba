/** The server's protocol word for word: what is answered, and what is refused and how. */
import { once } from "node:events";
import { Agent, request as httpRequest } from "node:http";
import { connect } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { ServedRequest } from "../../src/language-models/server/requests-under-way.ts";
import { type RunningServer, startServer } from "../../src/language-models/server/start-server.ts";
import { errorOf, events, until } from "./serve-answers.ts";
import { PacedLanguageModel } from "./serve-paced-model.ts";

const key = "the-key";
let model: PacedLanguageModel;
let server: RunningServer;
let served: ServedRequest[] = [];

beforeAll(async () => {
  model = new PacedLanguageModel();
  server = await startServer({ model, key, onRequest: (request) => served.push(request), maximumBodyBytes: 100_000 });
});
afterAll(() => server.close());
beforeEach(() => {
  Object.assign(model, { pace: 0, stopped: 0, mostRunning: 0, words: 8, tells: true, tellsAlternatives: true });
  served = [];
});

const authorization = `Bearer ${key}`;
const headers = { authorization, "content-type": "application/json" };
const origin = () => server.url.replace(/\/v1$/, "");
const post = (path: string, body: unknown, init: RequestInit = {}) =>
  fetch(`${server.url}${path}`, { method: "POST", headers, body: JSON.stringify(body), ...init });
const completion = { model: "paced", prompt: "go", seed: 5, max_tokens: 8 };
const chat = { model: "paced", messages: [{ role: "user", content: "go" }], seed: 5, max_tokens: 8 };
const expectedText = () => model.wordsOf("go", 5, 0).join("");

describe("answers", () => {
  test("health needs no key, models do", async () => {
    expect(await (await fetch(`${origin()}/health`)).json()).toEqual({ status: "ok" });
    expect((await fetch(`${server.url}/models`)).status).toBe(401);
    const entry = { id: "paced", object: "model", created: expect.any(Number), owned_by: "illume" };
    const list = await fetch(`${server.url}/models`, { headers });
    expect(await list.json()).toEqual({ object: "list", data: [entry] });
    expect(await (await fetch(`${server.url}/models/paced`, { headers })).json()).toEqual(entry);
    expect((await errorOf(await fetch(`${server.url}/models/other`, { headers }))).code).toBe("model_not_found");
  });

  test("a chat", async () => {
    const response = await post("/chat/completions", chat);
    expect([response.status, response.headers.get("access-control-allow-origin")]).toEqual([200, null]);
    expect(await response.json()).toEqual({
      id: expect.stringMatching(/^chatcmpl-\w+$/),
      object: "chat.completion",
      created: expect.any(Number),
      model: "paced",
      system_fingerprint: null,
      choices: [
        {
          index: 0,
          message: { role: "assistant", content: expectedText(), refusal: null },
          logprobs: null,
          finish_reason: "length",
        },
      ],
      usage: { prompt_tokens: 3, completion_tokens: 8, total_tokens: 11 },
    });
  });

  test("completions of several prompts, several samples each, by prompt, then by sample", async () => {
    const body = { ...completion, prompt: ["a", "b"], n: 2, max_tokens: 99 };
    const { choices, usage } = (await (await post("/completions", body)).json()) as Record<string, unknown>;
    const texts = ["a", "b"].flatMap((prompt) => [0, 1].map((sample) => model.wordsOf(prompt, 5, sample).join("")));
    expect(choices).toEqual(texts.map((text, index) => ({ index, text, logprobs: null, finish_reason: "stop" })));
    expect(usage).toEqual({ prompt_tokens: 6, completion_tokens: 32, total_tokens: 38 });
  });

  test("log probabilities, without the tokens of a stop text", async () => {
    const whole = model.wordsOf("go", 5, 0);
    const stop = (whole[3] as string).slice(1);
    const ends = whole.slice(0, 3);
    const told = (await (await post("/completions", { ...completion, stop, logprobs: 0 })).json()) as {
      choices: { logprobs: unknown; text: string }[];
    };
    expect(told.choices[0]).toEqual({
      index: 0,
      text: `${ends.join("")} `,
      finish_reason: "stop",
      logprobs: {
        tokens: ends,
        token_logprobs: [-1, -2, -3],
        top_logprobs: null,
        text_offset: [0, 2, 2 + (ends[1] as string).length],
      },
    });
    const chatted = (await (await post("/chat/completions", { ...chat, logprobs: true, max_tokens: 2 })).json()) as {
      choices: { logprobs: unknown }[];
    };
    expect(chatted.choices[0]?.logprobs).toEqual({
      content: whole.slice(0, 2).map((token, index) => ({
        token,
        logprob: -1 - index,
        bytes: [...Buffer.from(token)],
        top_logprobs: [],
      })),
      refusal: null,
    });
  });

  test("alternatives of tokens, whole and at the end of a stream", async () => {
    const [first, second] = model.wordsOf("go", 5, 0) as [string, string];
    const body = { ...chat, logprobs: true, top_logprobs: 3, max_tokens: 2 };
    const entry = (token: string, logprob: number, bytes: number[] | null = [...Buffer.from(token)]) => ({
      token,
      logprob,
      bytes,
    });
    const logprobs = {
      content: [first, second].map((word, index) => ({
        ...entry(word, -1 - index),
        top_logprobs: [entry("0!", 0 - index), entry(word, -1 - index), entry("\ufffd", -2 - index, null)],
      })),
      refusal: null,
    };
    const whole = (await (await post("/chat/completions", body)).json()) as { choices: { logprobs: unknown }[] };
    expect(whole.choices[0]?.logprobs).toEqual(logprobs);
    const streamed = await events(await post("/chat/completions", { ...body, stream: true }));
    expect(streamed.pop()).toBe("[DONE]");
    const told = streamed.map((event) => JSON.parse(event).choices[0].logprobs as unknown);
    expect(told.filter((each) => each !== null)).toEqual([logprobs]);
    const continued = (await (await post("/completions", { ...completion, logprobs: 1, max_tokens: 2 })).json()) as {
      choices: { logprobs: { top_logprobs: unknown } }[];
    };
    expect(continued.choices[0]?.logprobs.top_logprobs).toEqual([
      { "0!": 0, [first]: -1 },
      { "0!": -1, [second]: -2 },
    ]);
  });

  test("alternatives that a model does not tell", async () => {
    model.tellsAlternatives = false;
    for (const [path, body, param] of [
      ["/chat/completions", { ...chat, logprobs: true, top_logprobs: 2 }, "top_logprobs"],
      ["/completions", { ...completion, logprobs: 2 }, "logprobs"],
    ] as const) {
      const response = await post(path, body);
      expect(response.status).toBe(400);
      expect(await errorOf(response)).toMatchObject({ param, message: expect.stringContaining("does not tell them") });
    }
    expect((await post("/chat/completions", { ...chat, logprobs: true, top_logprobs: 0 })).status).toBe(200);
  });

  test("log probabilities that a model does not tell, whole and streamed", async () => {
    model.tells = false;
    for (const stream of [false, true]) {
      const response = await post("/chat/completions", { ...chat, logprobs: true, stream });
      expect([response.status, (await errorOf(response)).param]).toEqual([400, "logprobs"]);
    }
  });

  test("embeddings, as numbers and as base64", async () => {
    const body = { model: "paced", input: ["one two", "three"] };
    const plain = (await (await post("/embeddings", body)).json()) as Record<string, unknown>;
    const vectors = [7, 5].map((length) => Float32Array.of(length, 0.1, -2));
    expect(plain).toEqual({
      object: "list",
      model: "paced",
      data: vectors.map((vector, index) => ({ object: "embedding", index, embedding: [...vector] })),
      usage: { prompt_tokens: 3, total_tokens: 3 },
    });
    const coded = (await (await post("/embeddings", { ...body, encoding_format: "base64" })).json()) as {
      data: { embedding: string }[];
    };
    const decoded = coded.data.map(({ embedding }) => {
      const bytes = Buffer.from(embedding, "base64");
      return [0, 4, 8].map((offset) => bytes.readFloatLE(offset));
    });
    expect(decoded).toEqual(vectors.map((vector) => [...vector]));
  });
});

describe("streams", () => {
  test("chat: an opening, pieces, an end, the usage, done", async () => {
    const response = await post("/chat/completions", {
      ...chat,
      stream: true,
      stream_options: { include_usage: true },
    });
    expect(response.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
    const all = await events(response);
    expect(all.at(-1)).toBe("[DONE]");
    const chunks = all.slice(0, -1).map((event) => JSON.parse(event));
    expect(new Set(chunks.map(({ id }) => id)).size).toBe(1);
    expect(chunks.every(({ object }) => object === "chat.completion.chunk")).toBe(true);
    const words = model.wordsOf("go", 5, 0);
    const choice = (delta: object, finish_reason: string | null = null) => [
      { index: 0, delta, logprobs: null, finish_reason },
    ];
    expect(chunks.map(({ choices, usage }) => ({ choices, usage }))).toEqual([
      { choices: choice({ role: "assistant", content: "" }), usage: null },
      ...words.map((content) => ({ choices: choice({ content }), usage: null })),
      { choices: choice({}, "length"), usage: null },
      { choices: [], usage: { prompt_tokens: 3, completion_tokens: 8, total_tokens: 11 } },
    ]);
  });

  test("completions of two prompts interleave and keep their numbers; no usage unless asked for", async () => {
    const all = await events(await post("/completions", { ...completion, prompt: ["a", "b"], stream: true }));
    const chunks = all.slice(0, -1).map((event) => JSON.parse(event));
    expect(chunks.some((chunk) => "usage" in chunk)).toBe(false);
    const texts = ["", ""];
    for (const { choices } of chunks) texts[choices[0].index] += choices[0].text;
    expect(texts).toEqual(["a", "b"].map((prompt) => model.wordsOf(prompt, 5, 0).join("")));
    const ends = chunks.filter(({ choices }) => choices[0].finish_reason !== null);
    expect(ends.map(({ choices }) => choices[0].index)).toEqual([0, 1]);
  });

  test("pieces come as the model gives them", async () => {
    model.pace = 30;
    const response = await post("/completions", { ...completion, stream: true });
    const reader = response.body?.getReader() as ReadableStreamDefaultReader<Uint8Array>;
    await reader.read();
    expect(model.running).toBe(1);
    await reader.cancel();
    await until(() => model.stopped === 1);
  });

  test("text that came at the end only is sent at the end", async () => {
    const all = await events(await post("/completions", { ...completion, stream: true, stop: ["nowhere"] }));
    const [first] = all.slice(0, -1).map((event) => JSON.parse(event));
    expect(first.choices[0].text).toBe(expectedText());
  });
});

describe("who leaves", () => {
  test("in the middle of an answer stops the model", async () => {
    model.pace = 30;
    for (const stream of [true, false]) {
      served = [];
      model.stopped = 0;
      const leaving = new AbortController();
      const asked = post("/chat/completions", { ...chat, stream }, { signal: leaving.signal })
        .then((response) => response.text())
        .catch((error: unknown) => error);
      await until(() => model.running === 1);
      leaving.abort();
      await until(() => model.stopped === 1);
      expect(await asked).toBeInstanceOf(DOMException);
      await until(() => served.length === 1);
      if (!stream) expect(served[0]?.status).toBeUndefined();
      expect(served[0]?.fault).toBeUndefined();
    }
  });

  test("in the middle of a question leaves no trace", async () => {
    const socket = connect(Number(new URL(server.url).port), "127.0.0.1");
    await once(socket, "connect");
    socket.write(`POST /v1/completions HTTP/1.1\r\nhost: localhost\r\nauthorization: ${authorization}\r\n`);
    socket.write("content-type: application/json\r\ncontent-length: 500\r\n\r\n{");
    await new Promise((resolve) => setTimeout(resolve, 20));
    socket.destroy();
    await until(() => served.length === 1);
    expect(model.running).toBe(0);
    expect((await post("/completions", completion)).status).toBe(200);
  });
});

describe("refusals", () => {
  const refused = async (status: number, path: string, init: RequestInit) => {
    const response = await fetch(`${origin()}${path}`, { headers, ...init });
    expect(response.status).toBe(status);
    return { ...(await errorOf(response)), response };
  };
  const body = JSON.stringify(completion);

  test.each([
    ["no JSON", "{"],
    ["nothing", ""],
    ["a list", "[]"],
    ["null", "null"],
    ["deep nesting", "[".repeat(90_000)],
    ["broken UTF-8", Buffer.from([0x7b, 0xff, 0x7d])],
  ])("400: a body that is %s", async (_, text) => {
    const { type, code } = await refused(400, "/v1/completions", { method: "POST", body: text });
    expect([type, code]).toEqual(["invalid_request_error", "invalid_json"]);
  });

  test("400: a parameter is named", async () => {
    const wrong = JSON.stringify({ ...completion, temperature: 9 });
    expect(await refused(400, "/v1/completions", { method: "POST", body: wrong })).toMatchObject({
      type: "invalid_request_error",
      param: "temperature",
      code: "invalid_value",
    });
  });

  test("401: no key, another key", async () => {
    for (const others of [{}, { authorization: "Bearer other" }]) {
      const init = { method: "POST", body, headers: { ...others, "content-type": "application/json" } };
      const { code, response } = await refused(401, "/v1/completions", init);
      expect([code, response.headers.get("www-authenticate")]).toEqual(["invalid_api_key", "Bearer"]);
    }
  });

  test("403: another name in the Host header", async () => {
    const { port } = new URL(server.url);
    const asked = httpRequest({ port, host: "127.0.0.1", path: "/health", headers: { host: "evil.example" } });
    const [response] = await once(asked.end(), "response");
    expect(response.statusCode).toBe(403);
    response.resume();
  });

  test("404: an address or a model that is not there", async () => {
    for (const path of ["/", "/v1", "/v1/model", "/v2/completions", "/v1/models/", "//", "/v1/../health%00"]) {
      expect((await refused(404, path, { method: "GET" })).code).toBe("unknown_url");
    }
    const other = JSON.stringify({ ...completion, model: "gpt-4" });
    const { param, code } = await refused(404, "/v1/completions", { method: "POST", body: other });
    expect([param, code]).toEqual(["model", "model_not_found"]);
  });

  test("405: another method, which CORS's questions are too", async () => {
    for (const method of ["GET", "DELETE", "OPTIONS", "PUT"]) {
      const { response } = await refused(405, "/v1/completions", { method });
      expect(response.headers.get("allow")).toBe("POST");
      expect(response.headers.get("access-control-allow-origin")).toBeNull();
    }
    const { response } = await refused(405, "/health", { method: "POST", body });
    expect(response.headers.get("allow")).toBe("GET, HEAD");
  });

  test("413: a body that is too long, told or not", async () => {
    const long = JSON.stringify({ ...completion, prompt: "x".repeat(3_000_000) });
    expect((await refused(413, "/v1/completions", { method: "POST", body: long })).code).toBe("request_too_large");
    const pieces = new ReadableStream({
      start(controller) {
        for (let piece = 0; piece < 30; piece++) controller.enqueue(Buffer.alloc(100_000, "x"));
        controller.close();
      },
    });
    const streamed = { method: "POST", body: pieces, duplex: "half" } as RequestInit;
    expect((await refused(413, "/v1/completions", streamed)).code).toBe("request_too_large");
  });

  test("the connection of a refused body serves the next request", async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const { port } = new URL(server.url);
    const ask = async (text: string | Buffer) => {
      const asked = httpRequest({ agent, port, host: "127.0.0.1", path: "/v1/completions", method: "POST", headers });
      for (let start = 0; start < text.length; start += 50_000) asked.write(text.slice(start, start + 50_000));
      const [response] = await once(asked.end(), "response");
      await once(response.resume(), "end");
      return [response.statusCode, asked.reusedSocket];
    };
    expect(await ask(Buffer.alloc(400_000, "x"))).toEqual([413, false]);
    expect(await ask(body)).toEqual([200, true]);
    agent.destroy();
  });

  test.each(["text/plain", "application/x-www-form-urlencoded", "application/json; charset=latin1", ""])(
    "415: content type %j",
    async (type) => {
      const init = { method: "POST", body, headers: { authorization, "content-type": type } };
      expect((await refused(415, "/v1/completions", init)).code).toBe("unsupported_media_type");
    },
  );

  test("415: a compressed body", async () => {
    const init = { method: "POST", body, headers: { ...headers, "content-encoding": "gzip" } };
    await refused(415, "/v1/completions", init);
  });

  test("what is no HTTP harms nobody", async () => {
    const socket = connect(Number(new URL(server.url).port), "127.0.0.1");
    socket.write("\u0000\u0001 garbage\r\n\r\n");
    await once(socket.resume(), "close");
    expect((await post("/completions", completion)).status).toBe(200);
  });
});
