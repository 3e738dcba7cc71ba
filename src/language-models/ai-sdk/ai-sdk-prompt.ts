/** Prompts as AI SDK messages, and AI SDK messages as prompts. */
import type { LanguageModelV4Message, LanguageModelV4Prompt } from "@ai-sdk/provider";
import { UnsupportedCapabilityError } from "../../core/errors/unsupported-capability-error.ts";
import type { ChatMessage, Prompt } from "../language-model.ts";

/** A message of nothing but text, which both versions of the AI SDK's interface have. */
export type AiSdkTextMessage =
  | { role: "system"; content: string }
  | { role: "user" | "assistant"; content: { type: "text"; text: string }[] };

/** Text becomes one message of the user. */
export function toAiSdkPrompt(prompt: Prompt): AiSdkTextMessage[] {
  const messages: readonly ChatMessage[] = typeof prompt === "string" ? [{ role: "user", content: prompt }] : prompt;
  return messages.map(({ role, content }) =>
    role === "system" ? { role, content } : { role, content: [{ type: "text" as const, text: content }] },
  );
}

/** Text parts are joined. Throws UnsupportedCapabilityError for files, reasoning and what belongs to tools. */
export function fromAiSdkPrompt(prompt: LanguageModelV4Prompt): ChatMessage[] {
  return prompt.map((message) => {
    if (message.role === "system") return { role: "system", content: message.content };
    if (message.role === "tool") throw unsupported("a message of a tool");
    return { role: message.role, content: textOf(message) };
  });
}

function textOf({ content }: Extract<LanguageModelV4Message, { role: "user" | "assistant" }>): string {
  const texts = content.map((part) => {
    if (part.type === "text") return part.text;
    throw unsupported(`a part of type ${part.type}`);
  });
  return texts.join("");
}

function unsupported(received: string): UnsupportedCapabilityError {
  return new UnsupportedCapabilityError({
    expected: "messages of text",
    received,
    remedy: "leave it out, or use a model that takes it",
  });
}
