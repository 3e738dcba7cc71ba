/** The addresses of the server and what each does. */
import type { IncomingMessage, ServerResponse } from "node:http";
import { type AnswerShape, chatShape, completionShape } from "./answer-shape.ts";
import { ApiError } from "./api-error.ts";
import { EventStream } from "./event-stream.ts";
import { type JsonObject, readJsonBody } from "./read-json-body.ts";
import { parseChatRequest, parseCompletionRequest, type TextRequest } from "./request-bodies.ts";
import type { TextService } from "./text-service.ts";

/** What every route is given. */
export interface ServingContext {
  readonly service: TextService;
  /** What clients call the model. */
  readonly name: string;
  /** When the server was started, in seconds since 1970. */
  readonly created: number;
  readonly maximumBodyBytes: number;
  readonly stallMilliseconds: number;
}

/** A request on its way. */
export interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Aborts where the client leaves or the server ends. */
  readonly signal: AbortSignal;
  /** The stream that the answer has become. */
  stream?: EventStream;
}

/** What an address does. */
export interface Route {
  /** For the log: what clients send is not printed. */
  readonly name: string;
  readonly method: "GET" | "POST";
  /** Whether it is there for everyone. */
  readonly open?: boolean;
  readonly handle: (exchange: Exchange, context: ServingContext) => Promise<void> | void;
}

const fixed: readonly Route[] = [
  {
    name: "/health",
    method: "GET",
    open: true,
    handle: ({ response }) => sendJson(response, 200, { status: "ok" }),
  },
  {
    name: "/v1/models",
    method: "GET",
    handle: ({ response }, context) => sendJson(response, 200, { object: "list", data: [modelObject(context)] }),
  },
  { name: "/v1/chat/completions", method: "POST", handle: textRoute(chatShape, parseChatRequest) },
  { name: "/v1/completions", method: "POST", handle: textRoute(completionShape, parseCompletionRequest) },
  {
    name: "/v1/embeddings",
    method: "POST",
    handle: async ({ request, response, signal }, { service, maximumBodyBytes }) => {
      const body = await readJsonBody(request, maximumBodyBytes);
      sendJson(response, 200, await service.embeddings(body, signal));
    },
  },
];

/** The route of an address. Throws ApiError 404 where there is none. */
export function routeOf(url: string): Route {
  const path = url.split(/[?#]/u)[0] as string;
  const found = fixed.find(({ name }) => name === path);
  if (found !== undefined) return found;
  // Names of models hold slashes, escaped or not.
  const [, wanted] = /^\/v1\/models\/(.+)$/su.exec(path) ?? [];
  if (wanted === undefined) {
    throw new ApiError({
      status: 404,
      message: `expected one of ${fixed.map(({ name }) => name).join(", ")}, but got another address`,
      code: "unknown_url",
    });
  }
  return {
    name: "/v1/models/{id}",
    method: "GET",
    handle: ({ response }, context) => {
      context.service.requireName(decoded(wanted));
      sendJson(response, 200, modelObject(context));
    },
  };
}

/** Sends an object and ends the response. */
export function sendJson(
  response: ServerResponse,
  status: number,
  value: object,
  headers: Readonly<Record<string, string>> = {},
): void {
  const body = Buffer.from(JSON.stringify(value));
  response.writeHead(status, {
    "content-type": "application/json; charset=utf-8",
    "content-length": body.length,
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    ...headers,
  });
  response.end(body);
}

function textRoute(shape: AnswerShape, parse: (body: JsonObject) => TextRequest): Route["handle"] {
  return async (exchange, { service, maximumBodyBytes, stallMilliseconds }) => {
    const { request, response, signal } = exchange;
    const wanted = parse(await readJsonBody(request, maximumBodyBytes));
    if (!wanted.stream) return sendJson(response, 200, await service.answer(shape, wanted, signal));
    exchange.stream = new EventStream(response, stallMilliseconds);
    await service.stream(shape, wanted, signal, exchange.stream);
  };
}

function modelObject({ name, created }: ServingContext): object {
  return { id: name, object: "model", created, owned_by: "illume" };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
