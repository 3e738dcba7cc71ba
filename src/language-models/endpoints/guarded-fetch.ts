/**
 * A `fetch` for providers that reads answers whole and lets only usable ones through: of bounded size, in UTF-8, and no
 * web page. The rest are WireFailures of one clear line.
 */
import { type ReceiveAnswer, type ReceivedAnswer, receiveAnswer } from "./receive-answer.ts";
import { WireFailure } from "./wire-failure.ts";

export interface GuardedFetchOptions {
  /** The most bytes of an answer. */
  readonly maximumBytes: number;
  /** What an answer has to be (default "json"); of "text" nothing but UTF-8 is asked. */
  readonly form?: "json" | "text";
  /** Default: receiveAnswer. */
  readonly receive?: ReceiveAnswer;
}

/** Streams (`accept: text/event-stream` in the answer) are read whole as well: illume asks for none. */
export function guardedFetch(options: GuardedFetchOptions): typeof globalThis.fetch {
  const { maximumBytes, form = "json", receive = receiveAnswer } = options;
  return async (input, init) => {
    let answer: ReceivedAnswer;
    try {
      answer = await receive(input, init, maximumBytes);
    } catch (error) {
      throw connectionFailure(error, init?.signal);
    }
    const { status, statusText, headers, bytes } = answer;
    if (bytes.length > maximumBytes) {
      throw new WireFailure("unusable", `an answer of more than ${maximumBytes} bytes, cut off there`);
    }
    const named = (wanted: string) => headers.find(([name]) => name.toLowerCase() === wanted)?.[1];
    const type = named("content-type") ?? "no content type";
    if (status >= 200 && status < 300) requireDocument(bytes, type, form);
    const kept = headers.filter(([name]) => !ofTheWire.has(name.toLowerCase()));
    const empty = status === 204 || status === 205 || status === 304;
    return new Response(empty ? null : bytes, { status, statusText, headers: kept as [string, string][] });
  };
}

/** Of a decoded and complete body: what these headers say of its coding and length holds no longer. */
const ofTheWire: ReadonlySet<string> = new Set(["content-encoding", "content-length", "transfer-encoding"]);

const strict = new TextDecoder("utf-8", { fatal: true });

function requireDocument(bytes: Uint8Array, type: string, form: "json" | "text"): void {
  const start = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(100, bytes.length)).toString("latin1");
  if (/text\/html/iu.test(type) || /^[\s\u00ef\u00bb\u00bf]*<(!doctype|html)/iu.test(start)) {
    throw new WireFailure("transient", `a web page (HTML) instead of ${form === "json" ? "JSON" : "text"}`);
  }
  let text: string;
  try {
    text = strict.decode(bytes);
  } catch {
    throw new WireFailure("unusable", "an answer that is no UTF-8");
  }
  if (form === "text") return;
  try {
    JSON.parse(text);
  } catch {
    const what = /json/iu.test(type) ? "broken JSON" : `${/^[\w/+.-]+/u.exec(type)?.[0] ?? "a body"} instead of JSON`;
    throw new WireFailure("unusable", `${what} (${bytes.length} bytes)`);
  }
}

/** Codes of connections that were never made. */
const unsent = ["ECONNREFUSED", "ENOTFOUND", "EAI_AGAIN", "EHOSTUNREACH", "ENETUNREACH", "UND_ERR_CONNECT_TIMEOUT"];

/** What fetch and its body throw: aborts as they are, everything else is the connection's. */
function connectionFailure(error: unknown, signal: AbortSignal | null | undefined): unknown {
  if (signal?.aborted === true) return error;
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  const code = cause instanceof Error && "code" in cause ? String(cause.code) : undefined;
  const reason = code ?? (cause instanceof Error ? cause.message : String(cause));
  // fetch's own refusal (ports of other protocols, such as 6000), which no repetition changes.
  if (reason === "bad port")
    return new WireFailure("request", "a port that fetch opens no connection to; serve on another one");
  return new WireFailure("transient", `no connection or a broken one (${reason})`, !unsent.includes(reason));
}
