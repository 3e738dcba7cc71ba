/** What the fault-injecting endpoint can do to a request, and how it chooses. */
import { RandomStream } from "../../src/core/random.ts";

export const faults = [
  /** 429 without a retry-after header. */
  "rate-limit",
  /** 429 with retry-after: 0.01 (seconds). */
  "rate-limit-with-retry-after",
  /** 500 with an error in OpenAI's shape. */
  "server-error",
  /** 503 with an empty body. */
  "unavailable",
  /** Nothing is ever sent; the connection stays open until the client or the endpoint closes it. */
  "hang",
  /** Half of the answer, then the connection breaks. */
  "cut",
  /** The connection breaks before anything is sent. */
  "reset",
  /** 200 and half of a JSON document as if it were whole. */
  "broken-json",
  /** 200 and plain text that is no JSON. */
  "wrong-content-type",
  /** 200 and a page in HTML, as gateways and wrong addresses give. */
  "html",
  /** 200 and an answer of 10 MB. */
  "oversized",
  /** 200 and JSON whose text has bytes that are no UTF-8. */
  "invalid-utf8",
  /** 429 insufficient_quota. */
  "quota",
  /** 401 invalid_api_key; the message repeats the key that was sent. */
  "revoked-key",
  /** 400 context_length_exceeded. */
  "context-overflow",
  /** 200 and finish_reason content_filter. */
  "content-filter",
  /** 200 and an answer without text. */
  "empty",
] as const;
export type Fault = (typeof faults)[number];

/** The probability of each fault. */
export type FaultRates = Readonly<Partial<Record<Fault, number>>>;

/**
 * The fault of a request, or none. It depends on the seed, the request's content and which attempt at it this is (from
 * 0), never on the order in which requests arrive.
 */
export function faultOf(rates: FaultRates, seed: number, content: string, attempt: number): Fault | undefined {
  let position = new RandomStream(seed, ["fault", content, attempt]).uniform();
  for (const fault of faults) {
    position -= rates[fault] ?? 0;
    if (position < 0) return fault;
  }
  return undefined;
}
