/** Each fault as bytes on the wire. */
import type { ServerResponse } from "node:http";
import type { Fault } from "./fault.ts";
import { type ChatRequest, scriptedAnswer } from "./scripted-answer.ts";
import { chatCompletion, sendJson, streamEvents } from "./send-answer.ts";

interface FaultyRequest {
  readonly request: ChatRequest;
  readonly authorization: string | undefined;
}

const oversizedText = "x".repeat(10_000_000);

export function sendFault(response: ServerResponse, fault: Fault, { request, authorization }: FaultyRequest): void {
  const whole = () => chatCompletion(request, scriptedAnswer({ ...request, messages: request.messages ?? [] }));
  const failure = (status: number, message: string, type: string, code: string) =>
    sendJson(response, status, { error: { message, type, param: null, code } });
  switch (fault) {
    case "rate-limit-with-retry-after":
      response.setHeader("retry-after", "0.01");
      failure(429, "Rate limit reached", "requests", "rate_limit_exceeded");
      return;
    case "rate-limit":
      failure(429, "Rate limit reached", "requests", "rate_limit_exceeded");
      return;
    case "server-error":
      failure(500, "The server had an error", "server_error", "server_error");
      return;
    case "unavailable":
      response.writeHead(503).end();
      return;
    case "hang":
      return;
    case "reset":
      response.destroy();
      return;
    case "cut":
      sendHalf(response, request, JSON.stringify(whole()));
      return;
    case "broken-json":
      response.writeHead(200, { "content-type": "application/json" }).end(halfOf(JSON.stringify(whole())));
      return;
    case "wrong-content-type":
      response.writeHead(200, { "content-type": "text/plain" }).end("It works!");
      return;
    case "html":
      response
        .writeHead(200, { "content-type": "text/html; charset=utf-8" })
        .end("<!doctype html><title>Sign in</title><script>alert(1)</script>");
      return;
    case "oversized": {
      const answer = { text: oversizedText, finishReason: "stop", promptTokens: 1, tokens: 1 } as const;
      sendJson(response, 200, chatCompletion(request, answer));
      return;
    }
    case "invalid-utf8": {
      const [before, after] = JSON.stringify(chatCompletion(request, { ...blank, text: "@@" })).split("@@") as [
        string,
        string,
      ];
      response.writeHead(200, { "content-type": "application/json" });
      response.end(Buffer.concat([Buffer.from(before), Buffer.from([0x61, 0xff, 0xfe, 0xc3]), Buffer.from(after)]));
      return;
    }
    case "quota":
      failure(429, "You exceeded your current quota", "insufficient_quota", "insufficient_quota");
      return;
    case "revoked-key":
      failure(401, `Incorrect API key provided: ${authorization}`, "invalid_request_error", "invalid_api_key");
      return;
    case "context-overflow":
      failure(
        400,
        "This model's maximum context length is 16 tokens",
        "invalid_request_error",
        "context_length_exceeded",
      );
      return;
    case "content-filter":
      sendJson(response, 200, chatCompletion(request, blank, "content_filter"));
      return;
    case "empty":
      sendJson(response, 200, chatCompletion(request, blank));
      return;
  }
}

const blank = { text: "", finishReason: "stop", promptTokens: 1, tokens: 0 } as const;

/** The whole length is announced, and half of it sent; of a stream, half of the events. */
function sendHalf(response: ServerResponse, request: ChatRequest, document: string): void {
  if (request.stream === true) {
    const events = streamEvents(request, scriptedAnswer(request));
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(events.slice(0, Math.ceil(events.length / 2)).join(""), () => response.destroy());
    return;
  }
  response.writeHead(200, { "content-type": "application/json", "content-length": Buffer.byteLength(document) });
  response.write(halfOf(document), () => response.destroy());
}

function halfOf(text: string): string {
  return text.slice(0, Math.floor(text.length / 2));
}
