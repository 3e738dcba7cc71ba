/** Answers in OpenAI's shape. */
import type { ServerResponse } from "node:http";
import type { ChatRequest, ScriptedAnswer } from "./scripted-answer.ts";

export function sendJson(response: ServerResponse, status: number, document: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(document));
}

/** A whole answer. `finishReason` replaces the answer's own. */
export function chatCompletion(request: ChatRequest, answer: ScriptedAnswer, finishReason?: string) {
  return {
    id: "chatcmpl-0",
    object: "chat.completion",
    created: 0,
    model: request.model,
    choices: [
      {
        index: 0,
        message: { role: "assistant", content: answer.text },
        finish_reason: finishReason ?? answer.finishReason,
      },
    ],
    usage: usageOf(answer),
  };
}

/** The same as server-sent events, one for each word. */
export function streamEvents(request: ChatRequest, answer: ScriptedAnswer): string[] {
  const chunk = (delta: object, finish: string | null, more: object = {}) =>
    `data: ${JSON.stringify({
      id: "chatcmpl-0",
      object: "chat.completion.chunk",
      created: 0,
      model: request.model,
      choices: [{ index: 0, delta, finish_reason: finish }],
      ...more,
    })}\n\n`;
  const pieces = answer.text.match(/\s*\S+|\s+$/gu) ?? [];
  return [
    chunk({ role: "assistant", content: "" }, null),
    ...pieces.map((content) => chunk({ content }, null)),
    chunk({}, answer.finishReason, { usage: usageOf(answer) }),
    "data: [DONE]\n\n",
  ];
}

export function sendStream(response: ServerResponse, request: ChatRequest, answer: ScriptedAnswer): void {
  response.writeHead(200, { "content-type": "text/event-stream" });
  for (const event of streamEvents(request, answer)) response.write(event);
  response.end();
}

function usageOf({ promptTokens, tokens }: ScriptedAnswer) {
  return { prompt_tokens: promptTokens, completion_tokens: tokens, total_tokens: promptTokens + tokens };
}
