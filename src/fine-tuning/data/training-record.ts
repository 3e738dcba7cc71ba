/** One record of a file as something to learn from. Records are hostile: own fields only are read. */
import type { ChatMessage } from "../../language-models/language-model.ts";

/** What a prompt or an answer may be: plain text, or messages of a chat. */
export type TextOrMessages = string | readonly ChatMessage[];

/** A chat of which the assistant's turns are learnt. */
export interface ChatRecord {
  readonly format: "chat";
  readonly messages: readonly ChatMessage[];
}

/** A completion that is learnt, given its prompt. */
export interface CompletionRecord {
  readonly format: "prompt and completion";
  readonly prompt: TextOrMessages;
  readonly completion: string;
}

/** A text that is learnt whole. */
export interface TextRecord {
  readonly format: "text";
  readonly text: string;
}

/** Two answers to a prompt of which the first is preferred. */
export interface PreferenceRecord {
  readonly format: "preference";
  readonly prompt: TextOrMessages;
  readonly chosen: string;
  readonly rejected: string;
}

/** A record of a file for fine-tuning. */
export type TrainingRecord = ChatRecord | CompletionRecord | TextRecord | PreferenceRecord;

/** The formats by name. */
export type RecordFormat = TrainingRecord["format"];

/** Why a value is no record. */
export interface Fault {
  readonly fault: string;
}

/** Prompt and completion by the names that published data sets use; the first pair that a record has is taken. */
const pairs: readonly (readonly [prompt: string, completion: string])[] = [
  ["prompt", "completion"],
  ["prompt", "response"],
  ["question", "answer"],
  ["instruction", "output"],
  ["instruction", "response"],
  ["problem", "solution"],
];
const chats = ["messages", "conversations", "conversation"];
const roles: Readonly<Record<string, ChatMessage["role"]>> = {
  system: "system",
  user: "user",
  human: "user",
  assistant: "assistant",
  gpt: "assistant",
};

type Fields = ReadonlyMap<string, unknown>;

/** The record of a value from a file, or what is wrong with it in one line. */
export function trainingRecord(value: unknown): TrainingRecord | Fault {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return {
      fault: `${Array.isArray(value) ? "a list" : String(value === null ? null : typeof value)}, not an object`,
    };
  }
  const fields: Fields = new Map(Object.entries(value));
  if (fields.has("chosen") && fields.has("rejected")) return preferenceRecord(fields);
  const chat = chats.find((name) => fields.has(name));
  if (chat !== undefined) return chatRecord(fields.get(chat), chat);
  const pair = pairs.find((names) => names.every((name) => fields.has(name)));
  if (pair !== undefined) return completionRecord(fields, pair);
  const text = fields.get("text");
  if (typeof text === "string" && text !== "") return { format: "text", text };
  return { fault: fields.has("text") ? 'no text in the field "text"' : `no text in the fields ${namesOf(fields)}` };
}

function chatRecord(value: unknown, field: string): TrainingRecord | Fault {
  const messages = messagesOf(value);
  if ("fault" in messages) return { fault: `${messages.fault} in the field "${field}"` };
  if (!messages.list.some(({ role }) => role === "assistant")) return { fault: "no message of the assistant" };
  return { format: "chat", messages: messages.list };
}

function completionRecord(
  fields: Fields,
  [promptName, completionName]: readonly [string, string],
): TrainingRecord | Fault {
  const prompt = promptOf(fields.get(promptName));
  if (typeof prompt === "object" && "fault" in prompt) return { fault: `${prompt.fault} in the field "${promptName}"` };
  const completion = answerOf(fields.get(completionName));
  if (completion === undefined || completion === "") return { fault: `no text in the field "${completionName}"` };
  // Alpaca's instructions have their material in a field of its own.
  const input = promptName === "instruction" ? fields.get("input") : undefined;
  const joined =
    typeof input === "string" && input !== "" && typeof prompt === "string" ? `${prompt}\n\n${input}` : prompt;
  return { format: "prompt and completion", prompt: joined, completion };
}

/** With a prompt of its own, or as two chats that begin alike. */
function preferenceRecord(fields: Fields): TrainingRecord | Fault {
  if (fields.has("prompt")) {
    const prompt = promptOf(fields.get("prompt"));
    if (typeof prompt === "object" && "fault" in prompt) return { fault: `${prompt.fault} in the field "prompt"` };
    const [chosen, rejected] = ["chosen", "rejected"].map((name) => lastAnswerOf(fields.get(name)));
    if (chosen === undefined || rejected === undefined) {
      return { fault: `no text in the field "${chosen === undefined ? "chosen" : "rejected"}"` };
    }
    return { format: "preference", prompt, chosen, rejected };
  }
  const [first, second] = ["chosen", "rejected"].map((name) => messagesOf(fields.get(name)));
  if (first === undefined || second === undefined || "fault" in first || "fault" in second) {
    return { fault: 'no field "prompt", and no two lists of messages in "chosen" and "rejected"' };
  }
  const [before, after] = [first.list.slice(0, -1), second.list.slice(0, -1)];
  if (JSON.stringify(before) !== JSON.stringify(after)) return { fault: '"chosen" and "rejected" begin differently' };
  const [chosen, rejected] = [first.list.at(-1), second.list.at(-1)];
  if (chosen?.role !== "assistant" || rejected?.role !== "assistant")
    return { fault: "no answer of the assistant at the end" };
  return { format: "preference", prompt: before, chosen: chosen.content, rejected: rejected.content };
}

function promptOf(value: unknown): TextOrMessages | Fault {
  if (typeof value === "string") return value;
  const messages = messagesOf(value);
  return "fault" in messages ? messages : messages.list;
}

/** A text, or the only message of a list. */
function answerOf(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  const messages = messagesOf(value);
  return "list" in messages && messages.list.length === 1 ? messages.list[0]?.content : undefined;
}

/** A text, or the last message of a list: data sets repeat the prompt there. */
function lastAnswerOf(value: unknown): string | undefined {
  if (typeof value === "string") return value;
  const messages = messagesOf(value);
  const last = "list" in messages ? messages.list.at(-1) : undefined;
  return last?.role === "assistant" ? last.content : undefined;
}

/** Lists of messages; tables without lists hold them as JSON. */
function messagesOf(value: unknown): { readonly list: readonly ChatMessage[] } | Fault {
  const list = typeof value === "string" ? parsed(value) : value;
  if (!Array.isArray(list) || list.length === 0) return { fault: "no list of messages" };
  const messages: ChatMessage[] = [];
  for (const item of list) {
    if (typeof item !== "object" || item === null) return { fault: "a message that is no object" };
    const fields: Fields = new Map(Object.entries(item));
    const role = fields.get("role") ?? fields.get("from");
    const content = contentOf(fields.get("content") ?? fields.get("value"));
    if (typeof role !== "string" || !Object.hasOwn(roles, role)) {
      return { fault: `a message of the role ${JSON.stringify(role)?.slice(0, 40)}` };
    }
    if (content === undefined) return { fault: "a message without text" };
    messages.push({ role: roles[role] as ChatMessage["role"], content });
  }
  return { list: messages };
}

/** Text, or a list of parts that are all texts. */
function contentOf(content: unknown): string | undefined {
  if (typeof content === "string") return content;
  if (!Array.isArray(content)) return undefined;
  const texts = content.map((part: unknown) =>
    typeof part === "object" && part !== null && "text" in part && typeof part.text === "string"
      ? part.text
      : undefined,
  );
  return texts.includes(undefined) ? undefined : texts.join("");
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function namesOf(fields: Fields): string {
  const names = [...fields.keys()].slice(0, 8).map((name) => JSON.stringify(name.slice(0, 40)));
  return names.length === 0 ? "(none)" : names.join(", ") + (fields.size > 8 ? ", ..." : "");
}
