/** From a request to its answer: who asks, what is asked, what goes wrong; and the end of it all in order. */
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import { type Access, requireHost, requireKey } from "./access.ts";
import { ApiError, apiErrorOf, shuttingDown } from "./api-error.ts";
import { type Exchange, type Route, routeOf, type ServingContext, sendJson } from "./routes.ts";

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

/** Answers requests and knows which are under way. */
export class RequestsUnderWay {
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
