/**
 * An OpenAI-compatible endpoint on the loopback interface that goes wrong on purpose, for tests.
 *
 *   const endpoint = await startFaultInjectingEndpoint({ seed: 1, faults: { "rate-limit": 0.1, cut: 0.05 } });
 *   const model = await openLanguageModel(endpoint.modelId("trees"));   // http://127.0.0.1:PORT/v1#trees
 *   endpoint.statistics;                                                // what it saw
 *   await endpoint.close();
 *
 * It serves GET /v1/models, POST /v1/chat/completions (also as a stream) and POST /v1/embeddings. Answers are words that
 * depend on model, messages, seed and temperature alone (scripted-answer.ts), so that asking twice gives the same; the
 * fault of a request depends on the endpoint's seed, the request's body and how often that body came before (fault.ts),
 * so that a run repeats whatever the order of arrival. `statistics.completed` counts whole answers by the request's
 * content key, the SHA-256 of its body: more than 1 for a key means that a finished call was paid twice (as a cut answer
 * never counts as whole, its repetition is none).
 */
import { createHash } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type Fault, type FaultRates, faultOf } from "./fault.ts";
import { type ChatRequest, scriptedAnswer, scriptedEmbedding } from "./scripted-answer.ts";
import { chatCompletion, sendJson, sendStream } from "./send-answer.ts";
import { sendFault } from "./send-fault.ts";

/** What a script or an answering function sees of a request. */
export interface EndpointRequest {
  readonly body: ChatRequest;
  /** SHA-256 of the body. */
  readonly content: string;
  /** How often this body came before. */
  readonly attempt: number;
  /** How many requests of any kind came before. */
  readonly arrival: number;
}

export interface FaultInjectingEndpointOptions {
  /** Of the choice of faults (default 0). */
  readonly seed?: number;
  /** The probability of each fault, for each request by itself; together at most 1. */
  readonly faults?: FaultRates;
  /** Chooses the faults instead. */
  readonly script?: (request: EndpointRequest) => Fault | undefined;
  /** Chooses the texts instead. */
  readonly answer?: (request: EndpointRequest) => string;
  /** Every request needs it as bearer token (default: none is asked for). */
  readonly key?: string;
  /** More requests than this at once get a 429 without retry-after. */
  readonly maximumConcurrency?: number;
  /** Milliseconds before each answer (default 0), or before those of a request. */
  readonly latency?: number | ((request: EndpointRequest) => number);
  /** Headers of every answer, e.g. x-ratelimit-remaining-requests. */
  readonly headers?: () => Readonly<Record<string, string>>;
}

/** What the endpoint saw; it grows as requests come. */
export interface EndpointStatistics {
  /** Requests of chat and embeddings. */
  requests: number;
  inFlight: number;
  greatestInFlight: number;
  readonly faults: Map<Fault, number>;
  /** Whole answers by content key. */
  readonly completed: Map<string, number>;
}

export interface FaultInjectingEndpoint {
  /** http://127.0.0.1:PORT/v1 */
  readonly url: string;
  /** `url#model`, as openLanguageModel takes it. */
  modelId(model: string): string;
  readonly statistics: EndpointStatistics;
  /** Breaks open connections and ends. */
  close(): Promise<void>;
}

/** Starts an endpoint on a free port of 127.0.0.1; close it after use. */
export async function startFaultInjectingEndpoint(
  options: FaultInjectingEndpointOptions = {},
): Promise<FaultInjectingEndpoint> {
  const statistics: EndpointStatistics = {
    requests: 0,
    inFlight: 0,
    greatestInFlight: 0,
    faults: new Map(),
    completed: new Map(),
  };
  const attempts = new Map<string, number>();
  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy());
  });

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? "";
    for (const [name, value] of Object.entries(options.headers?.() ?? {})) response.setHeader(name, value);
    if (request.method === "GET" && path === "/v1/models") {
      sendJson(response, 200, { object: "list", data: [{ id: "trees", object: "model", max_model_len: 4096 }] });
      return;
    }
    if (request.method !== "POST" || !["/v1/chat/completions", "/v1/embeddings"].includes(path)) {
      sendJson(response, 404, { error: { message: `no ${path} here`, type: "invalid_request_error" } });
      return;
    }
    const arrival = statistics.requests++;
    statistics.greatestInFlight = Math.max(statistics.greatestInFlight, ++statistics.inFlight);
    response.on("close", () => statistics.inFlight--);
    const text = await bodyOf(request);
    const content = createHash("sha256").update(text).digest("hex");
    const attempt = attempts.get(content) ?? 0;
    attempts.set(content, attempt + 1);
    const body = JSON.parse(text) as ChatRequest;
    const asked: EndpointRequest = { body, content, attempt, arrival };
    const latency = typeof options.latency === "function" ? options.latency(asked) : options.latency;
    if (latency !== undefined) await new Promise((resolve) => setTimeout(resolve, latency));
    const fault = chooseFault(asked, request.headers.authorization);
    if (fault !== undefined) {
      statistics.faults.set(fault, (statistics.faults.get(fault) ?? 0) + 1);
      sendFault(response, fault, { request: body, authorization: request.headers.authorization });
      return;
    }
    response.on("finish", () => statistics.completed.set(content, (statistics.completed.get(content) ?? 0) + 1));
    if (path === "/v1/embeddings") sendJson(response, 200, embeddings(body as unknown as EmbeddingRequest));
    else answerChat(response, asked);
  }

  function chooseFault(asked: EndpointRequest, authorization: string | undefined): Fault | undefined {
    if (options.key !== undefined && authorization !== `Bearer ${options.key}`) return "revoked-key";
    if (statistics.inFlight > (options.maximumConcurrency ?? Infinity)) return "rate-limit";
    if (options.script !== undefined) return options.script(asked);
    return faultOf(options.faults ?? {}, options.seed ?? 0, asked.content, asked.attempt);
  }

  function answerChat(response: ServerResponse, asked: EndpointRequest): void {
    const scripted = scriptedAnswer(asked.body);
    const answer =
      options.answer === undefined
        ? scripted
        : ({ ...scripted, text: options.answer(asked), finishReason: "stop" } as const);
    if (asked.body.stream === true) sendStream(response, asked.body, answer);
    else sendJson(response, 200, chatCompletion(asked.body, answer));
  }

  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`;
  return {
    url,
    modelId: (model) => `${url}#${model}`,
    statistics,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface EmbeddingRequest {
  readonly model: string;
  readonly input: string | readonly string[];
}

function embeddings({ model, input }: EmbeddingRequest) {
  const texts = typeof input === "string" ? [input] : input;
  const data = texts.map((text, index) => ({ object: "embedding", index, embedding: scriptedEmbedding(text) }));
  return { object: "list", model, data, usage: { prompt_tokens: texts.length, total_tokens: texts.length } };
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return Buffer.concat(parts).toString("utf8");
}
