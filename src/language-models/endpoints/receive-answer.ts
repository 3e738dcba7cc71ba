/**
 * Answers of servers, read whole: by the platform's fetch, or by Node's own client where that is all that is needed, because
 * a search makes many small calls and fetch takes more than twice the processor time for each.
 */
import { Agent, type IncomingMessage, request } from "node:http";

/** A status, headers and the whole body. */
export interface ReceivedAnswer {
  readonly status: number;
  readonly statusText: string;
  /** Names and values; what was sent several times may stand here several times. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** At most one byte more than was allowed: then the connection was closed there. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** Sends a request; takes what fetch takes. Throws what the connection throws. */
export type ReceiveAnswer = (
  input: Parameters<typeof globalThis.fetch>[0],
  init: RequestInit | undefined,
  maximumBytes: number,
) => Promise<ReceivedAnswer>;

/** By fetch, given or the platform's. */
export function receiveByFetch(fetch: typeof globalThis.fetch): ReceiveAnswer {
  return async (input, init, maximumBytes) => {
    const response = await fetch(input, init);
    const parts = new Parts(maximumBytes);
    // Leaving the loop closes the connection.
    for await (const part of response.body ?? []) if (!parts.add(part)) break;
    const { status, statusText } = response;
    return { status, statusText, headers: [...response.headers], bytes: parts.joined() };
  };
}

/**
 * By Node's client, connections kept: servers at plain http: addresses, which are local ones as a rule. Whatever is more than
 * that (TLS, proxies, redirects) is fetch's; coded answers are not asked for.
 */
export const receiveAnswer: ReceiveAnswer = async (input, init, maximumBytes) => {
  const byFetch = () => receiveByFetch(globalThis.fetch)(input, init, maximumBytes);
  const url = typeof input === "string" || input instanceof URL ? new URL(input) : undefined;
  const isPlain =
    url?.protocol === "http:" &&
    url.username === "" &&
    url.password === "" &&
    process.env.NODE_USE_ENV_PROXY === undefined &&
    init?.redirect !== "error" &&
    typeof (init?.body ?? "") === "string";
  if (!isPlain) return byFetch();
  const answer = await receivePlainly(url, init ?? {}, maximumBytes);
  const follows = (init?.redirect ?? "follow") === "follow";
  const isRedirect =
    follows &&
    answer.status > 300 &&
    answer.status < 400 &&
    answer.headers.some(([name]) => name.toLowerCase() === "location");
  // Nothing has been answered yet, so that nothing is paid twice.
  return isRedirect ? byFetch() : answer;
};

const connections = new Agent({ keepAlive: true });

function receivePlainly(url: URL, init: RequestInit, maximumBytes: number): Promise<ReceivedAnswer> {
  const { method = "GET", signal } = init;
  const body = (init.body ?? "") as string;
  if (signal?.aborted === true) return Promise.reject(signal.reason);
  const { promise, resolve, reject } = Promise.withResolvers<ReceivedAnswer>();
  const sent = request({
    agent: connections,
    method,
    hostname: url.hostname.replace(/^\[(.*)\]$/u, "$1"),
    port: url.port,
    path: url.pathname + url.search,
    headers: {
      accept: "*/*",
      ...recordOf(init.headers),
      "accept-encoding": "identity",
      ...(body !== "" && { "content-length": Buffer.byteLength(body) }),
    },
  });
  // Node's own handling of signals watches the ends of both streams, which takes as long as all the rest.
  const stop = () => {
    reject(signal?.reason);
    sent.destroy();
  };
  signal?.addEventListener("abort", stop, { once: true });
  sent.on("response", (message) => {
    const parts = new Parts(maximumBytes);
    const end = () => resolve(answerOf(message, parts));
    message.on("data", (part: Buffer) => {
      if (parts.add(part)) return;
      end();
      message.destroy();
    });
    message.on("end", end);
    message.on("error", reject);
  });
  sent.on("error", reject);
  sent.end(body);
  return signal ? promise.finally(() => signal.removeEventListener("abort", stop)) : promise;
}

/** A plain object needs no Headers, which check and sort what Node's client checks again. */
function recordOf(headers: RequestInit["headers"]): Readonly<Record<string, string>> {
  if (headers === undefined || Object.getPrototypeOf(headers) !== Object.prototype) {
    return Object.fromEntries(new Headers(headers));
  }
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value.trim()]));
}

function answerOf({ rawHeaders, statusCode = 0, statusMessage = "" }: IncomingMessage, parts: Parts): ReceivedAnswer {
  const headers: [string, string][] = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    headers.push([rawHeaders[index] as string, rawHeaders[index + 1] as string]);
  }
  return { status: statusCode, statusText: statusMessage, headers, bytes: parts.joined() };
}

class Parts {
  readonly #maximum: number;
  readonly #parts: Uint8Array[] = [];
  #length = 0;

  constructor(maximum: number) {
    this.#maximum = maximum;
  }

  /** False once it is too much. */
  add(part: Uint8Array): boolean {
    this.#parts.push(part);
    this.#length += part.length;
    return this.#length <= this.#maximum;
  }

  joined(): Uint8Array<ArrayBuffer> {
    const bytes = new Uint8Array(Math.min(this.#length, this.#maximum + 1));
    let position = 0;
    for (const part of this.#parts) {
      const rest = part.subarray(0, bytes.length - position);
      bytes.set(rest, position);
      position += rest.length;
    }
    return bytes;
  }
}
