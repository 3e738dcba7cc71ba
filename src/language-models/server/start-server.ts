/**
 * A language model as a server that speaks OpenAI's protocol: /v1/chat/completions, /v1/completions, /v1/embeddings,
 * /v1/models, /health. On loopback unless told otherwise; without CORS headers, so that pages in a browser cannot read
 * it. docs/guide/serving.md says what of the protocol is there.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { StorageError } from "../../core/errors/storage-error.ts";
import { RandomStream } from "../../core/random.ts";
import type { LanguageModel } from "../language-model.ts";
import { type Access, requireGuard, requireHost, requireKey } from "./access.ts";
import { ApiError, apiErrorOf, shuttingDown } from "./api-error.ts";
import { type Exchange, type Route, routeOf, type ServingContext, sendJson } from "./routes.ts";
import { TextService } from "./text-service.ts";

/** A request that was answered, for a log. */
export interface ServedRequest {
  readonly method: string;
  /** The address's own name, e.g. "/v1/models/{id}"; "unknown" for addresses that do not exist. */
  readonly route: string;
  /** Undefined where the client left before the answer began. */
  readonly status: number | undefined;
  readonly milliseconds: number;
  /** Why it failed, where the model or illume itself is to blame. */
  readonly fault?: unknown;
}

/** What to serve, where and to whom. */
export interface ServerOptions {
  /** Stays open when the server closes. */
  readonly model: LanguageModel;
  /** What clients call the model (default: its id). */
  readonly name?: string;
  /** Address or name to listen on (default 127.0.0.1). */
  readonly host?: string;
  /** 0 is any free one (default). */
  readonly port?: number;
  /** Clients must send it; needed where the host is not loopback, unless withoutKey is true. */
  readonly key?: string;
  /** Lets everyone in who can reach a host that is not loopback (default false). */
  readonly withoutKey?: boolean;
  /** Names under which clients may reach the server beside localhost and its address (default none). */
  readonly hostNames?: readonly string[];
  /** New tokens of a chat answer whose request does not say how many, where the context leaves as many (default 1024). */
  readonly maximumTokens?: number;
  /** Sequences that the model works on at once (default 64). */
  readonly sequences?: number;
  /** Requests that wait for that before others are told 429 (default 256). */
  readonly waiting?: number;
  /**
   * Requests with equal options that come within so many milliseconds are one call of the model; 0: none (default 5 for
   * models that do not join calls by themselves, 0 for others).
   */
  readonly collectMilliseconds?: number;
  /** Seed of the seeds that requests without one get (default 0). */
  readonly seed?: number;
  /** The longest body of a request (default 8 MiB). */
  readonly maximumBodyBytes?: number;
  /** How long a client may take to send its request, or to read what waits for it (default 60 seconds). */
  readonly stallMilliseconds?: number;
  /** Told each request once it is over. */
  readonly onRequest?: (request: ServedRequest) => void;
}

/** A server that listens. */
export interface RunningServer {
  /** Base address of the protocol, e.g. "http://127.0.0.1:8000/v1"; "#NAME" appended it is a model's id. */
  readonly url: string;
  /** What clients call the model. */
  readonly name: string;
  /**
   * Takes no more requests, lets those under way finish for some milliseconds (default 5000), then stops them and ends.
   * Calling it twice is harmless. The model stays open.
   */
  close(graceMilliseconds?: number): Promise<void>;
}

/**
 * Starts serving.
 * Throws InvalidArgumentError for a host beyond loopback without a key, StorageError where the address is not free.
 */
export async function startServer(options: ServerOptions): Promise<RunningServer> {
  const { model, name = model.id, host = "127.0.0.1", port = 0, stallMilliseconds = 60_000 } = options;
  const access: Access = {
    host,
    ...(options.key !== undefined && { key: options.key }),
    ...(options.hostNames !== undefined && { hostNames: options.hostNames }),
  };
  requireGuard(access, options.withoutKey === true);
  const service = new TextService({
    model,
    name,
    random: new RandomStream(options.seed ?? 0, ["serve"]),
    maximumTokens: options.maximumTokens ?? 1024,
    sequences: options.sequences ?? 64,
    waiting: options.waiting ?? 256,
    collectMilliseconds: options.collectMilliseconds ?? (model.joinsCalls === false ? 5 : 0),
  });
  const context: ServingContext = {
    service,
    name,
    created: Math.floor(Date.now() / 1000),
    maximumBodyBytes: options.maximumBodyBytes ?? 8 * 2 ** 20,
    stallMilliseconds,
  };
  const requests = new Requests(context, access, options.onRequest ?? (() => {}));
  const server = createServer((request, response) => void requests.serve(request, response));
  server.headersTimeout = Math.min(20_000, stallMilliseconds);
  server.requestTimeout = stallMilliseconds;
  server.maxConnections = 1024;
  await listening(server, host, port);
  const { port: bound } = server.address() as AddressInfo;
  const shown = host.includes(":") ? `[${host.replace(/^\[|\]$/gu, "")}]` : host;
  let closing: Promise<void> | undefined;
  return {
    url: `http://${shown}:${bound}/v1`,
    name,
    close: (graceMilliseconds = 5000) => {
      closing ??= requests.close(server, graceMilliseconds);
      return closing;
    },
  };
}

/** The requests under way. */
class Requests {
  readonly #context: ServingContext;
  readonly #access: Access;
  readonly #onRequest: (request: ServedRequest) => void;
  readonly #underWay = new Set<Promise<void>>();
  readonly #ending = new AbortController();
  #closing = false;

  constructor(context: ServingContext, access: Access, onRequest: (request: ServedRequest) => void) {
    this.#context = context;
    this.#access = access;
    this.#onRequest = onRequest;
  }

  serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const work = this.#answer(request, response);
    this.#underWay.add(work);
    return work.finally(() => this.#underWay.delete(work));
  }

  async close(server: Server, graceMilliseconds: number): Promise<void> {
    this.#closing = true;
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    const stop = setTimeout(() => this.#ending.abort(), graceMilliseconds);
    // For clients that do not read what they are told.
    const cut = setTimeout(() => server.closeAllConnections(), graceMilliseconds + 1000);
    await Promise.allSettled(this.#underWay);
    clearTimeout(stop);
    clearTimeout(cut);
    server.closeAllConnections();
    await closed;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const started = performance.now();
    const left = new AbortController();
    const closed = new Promise<void>((resolve) => response.once("close", resolve));
    response.once("close", () => {
      if (!response.writableFinished) left.abort();
    });
    const signal = AbortSignal.any([left.signal, this.#ending.signal]);
    const exchange: Exchange = { request, response, signal };
    let route: Route | undefined;
    let fault: unknown;
    try {
      requireHost(request.headers.host, this.#access);
      route = routeOf(request.url ?? "");
      if (route.open !== true) requireKey(request.headers.authorization, this.#access);
      if (this.#closing) throw shuttingDown();
      requireMethod(request, route);
      await route.handle(exchange, this.#context);
    } catch (error) {
      const told = apiErrorOf(error);
      if (told.status >= 500 && !signal.aborted && !this.#closing) fault = told.cause ?? told;
      if (exchange.stream?.started === true) exchange.stream.fail(told);
      else if (!response.headersSent && !left.signal.aborted) sendJson(response, told.status, told.body, told.headers);
    }
    // What was not read must go, since the connection's next request is behind it.
    request.resume();
    // Nothing more is to come, so that a connection on which nothing moves is one whose client does not read.
    response.setTimeout(this.#context.stallMilliseconds, () => response.destroy());
    await closed;
    this.#onRequest({
      method: route === undefined ? "?" : (request.method ?? "?"),
      route: route?.name ?? "unknown",
      status: response.headersSent ? response.statusCode : undefined,
      milliseconds: performance.now() - started,
      ...(fault !== undefined && { fault }),
    });
  }
}

/** Throws ApiError 405. */
function requireMethod({ method }: IncomingMessage, route: Route): void {
  if (method === route.method || (method === "HEAD" && route.method === "GET")) return;
  throw new ApiError({
    status: 405,
    message: `expected ${route.method} for ${route.name}, but got another method`,
    code: "method_not_allowed",
    headers: { allow: route.method === "GET" ? "GET, HEAD" : route.method },
  });
}

function listening(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", (cause: NodeJS.ErrnoException) => {
      reject(
        new StorageError({
          expected: `to listen on port ${port} of ${host}`,
          received: cause.code ?? cause.message,
          remedy:
            cause.code === "EADDRINUSE" ? "choose another --port, or 0 for any" : "choose another --host or --port",
          cause,
        }),
      );
    });
    server.listen(port, host.replace(/^\[(.*)\]$/u, "$1"), resolve);
  });
}
