/** Server-sent events: JSON after JSON while the answer comes into being. */
import type { ServerResponse } from "node:http";
import type { ApiError } from "./api-error.ts";

/** Bytes that may wait for a slow reader. */
const maximumBuffered = 4 * 2 ** 20;

/** One answer as a stream; the response's head is sent with its first event, so that an error before has its status. */
export class EventStream {
  readonly #response: ServerResponse;
  readonly #stallMilliseconds: number;
  #stalled: NodeJS.Timeout | undefined;

  /** @param stallMilliseconds how long a client may read nothing while something waits for it */
  constructor(response: ServerResponse, stallMilliseconds: number) {
    this.#response = response;
    this.#stallMilliseconds = stallMilliseconds;
    response.on("drain", () => this.#moving());
    response.on("close", () => this.#moving());
  }

  /** Whether the head is out, so that errors can only be events. */
  get started(): boolean {
    return this.#response.headersSent;
  }

  send(data: object): void {
    this.#write(JSON.stringify(data));
  }

  /** The usual end. */
  end(): void {
    this.#write("[DONE]");
    this.#response.end();
  }

  /** An end that clients take for an error. */
  fail(error: ApiError): void {
    this.#write(JSON.stringify(error.body));
    this.#response.end();
  }

  #write(data: string): void {
    const response = this.#response;
    if (response.destroyed) return;
    if (!response.headersSent) {
      response.writeHead(200, {
        "content-type": "text/event-stream; charset=utf-8",
        "cache-control": "no-store",
        "x-accel-buffering": "no",
      });
    }
    // JSON has no line breaks, which would end the event.
    const flowing = response.write(`data: ${data}\n\n`);
    if (response.writableLength > maximumBuffered) response.destroy();
    else if (!flowing) this.#stalled ??= setTimeout(() => response.destroy(), this.#stallMilliseconds);
  }

  #moving(): void {
    clearTimeout(this.#stalled);
    this.#stalled = undefined;
  }
}
