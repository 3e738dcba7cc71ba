/** One record of a file as rows, whichever of the usual shapes it has. Records are hostile: own fields only are read. */
import type { DataRow } from "./measures/measure.ts";

/** The field that holds plain text, or those of prompt and completion. */
export type TextFields = string | { readonly prompt: string; readonly completion: string };

/** Prompt and completion by the names that published data sets use; the first pair that a record has is taken. */
const PAIRS: readonly (readonly [prompt: string, completion: string])[] = [
  ["prompt", "completion"],
  ["prompt", "response"],
  ["question", "answer"],
  ["instruction", "output"],
  ["instruction", "response"],
  ["problem", "solution"],
  ["query", "response"],
  ["input", "output"],
];
/** Chats: messages of { role, content } or { from, value }. */
const CHATS = ["messages", "conversations", "conversation"];
/** Text that stands alone. */
const TEXTS = ["text", "content", "completion", "output", "prompt", "question", "instruction"];

/** What is taken of a conversation: an answer with what stands before it, or what it begins with, an answer or not. */
export type ChatPart = "answer" | "first user's message";

type Fields = ReadonlyMap<string, unknown>;

/** The rows of a record (more than one only for Self-Instruct's instances), or what is wrong with it in one line. */
export function rowsOfRecord(
  record: unknown,
  fields?: TextFields,
  chats: ChatPart = "answer",
): readonly DataRow[] | { readonly fault: string } {
  if (fields === undefined && typeof record === "string") return [{ prompt: "", completion: record }];
  if (typeof record !== "object" || record === null || Array.isArray(record)) {
    return {
      fault: `a ${Array.isArray(record) ? "list" : record === null ? "null" : typeof record}, not an object with fields`,
    };
  }
  const known: Fields = new Map(Object.entries(record));
  if (fields !== undefined) return rowOfFields(known, fields, chats);
  const chat = CHATS.find((name) => known.has(name));
  if (chat !== undefined) return rowOfChat(known, chat, chats);
  const instances = known.get("instances");
  if (Array.isArray(instances) && known.has("instruction")) return rowsOfInstances(known, instances);
  const pair = PAIRS.find((names) => names.every((name) => known.has(name)));
  if (pair !== undefined) return rowOfPair(known, pair, chats);
  const text = TEXTS.find((name) => known.has(name));
  if (text !== undefined) return rowOfFields(known, text, chats);
  return { fault: `no text in the fields ${fieldNames(known)}` };
}

function rowOfFields(
  known: Fields,
  fields: TextFields,
  part: ChatPart,
): readonly DataRow[] | { readonly fault: string } {
  if (typeof fields !== "string") return rowOfPair(known, [fields.prompt, fields.completion], part);
  const completion = textOf(known.get(fields), part);
  if (completion === undefined) return noText(known, fields);
  return [{ prompt: "", completion, ...attributesOf(known, [fields]) }];
}

function rowOfPair(
  known: Fields,
  [promptField, completionField]: readonly [string, string],
  part: ChatPart = "answer",
): readonly DataRow[] | { readonly fault: string } {
  const prompt = textOf(known.get(promptField), part);
  const completion = textOf(known.get(completionField));
  if (prompt === undefined) return noText(known, promptField);
  if (completion === undefined) return noText(known, completionField);
  // Alpaca's instructions have their material in a field of its own.
  const input = promptField === "instruction" ? textOf(known.get("input")) : undefined;
  const used = [promptField, completionField, ...(input === undefined ? [] : ["input"])];
  return [{ prompt: input ? `${prompt}\n\n${input}` : prompt, completion, ...attributesOf(known, used) }];
}

function rowsOfInstances(
  known: Fields,
  instances: readonly unknown[],
): readonly DataRow[] | { readonly fault: string } {
  const rows: DataRow[] = [];
  for (const instance of instances) {
    const made = rowOfPair(new Map([...known, ...Object.entries(instance ?? {})]), ["instruction", "output"]);
    if ("fault" in made) return made;
    rows.push(...made);
  }
  return rows.length > 0 ? rows : { fault: "no instances" };
}

/** The last message of the assistant is the completion; what stands before it is the prompt. */
function rowOfChat(known: Fields, field: string, part: ChatPart): readonly DataRow[] | { readonly fault: string } {
  const messages = messagesOf(known.get(field));
  if (messages === undefined) return { fault: `no list of messages in the field ${JSON.stringify(field)}` };
  if (part === "first user's message") {
    const first = messages.find(({ role }) => role === "user");
    if (first === undefined) return { fault: `no message of a user in the field ${JSON.stringify(field)}` };
    return [{ prompt: first.content, completion: "", ...attributesOf(known, [field]) }];
  }
  const last = messages.findLastIndex((message) => message.role === "assistant");
  if (last === -1) return { fault: `no message of an assistant in the field ${JSON.stringify(field)}` };
  const completion = (messages[last] as Message).content;
  return [{ prompt: joinMessages(messages.slice(0, last)), completion, ...attributesOf(known, [field]) }];
}

interface Message {
  readonly role: string;
  readonly content: string;
}

function messagesOf(value: unknown): Message[] | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  const messages: Message[] = [];
  for (const item of value) {
    if (typeof item !== "object" || item === null) return undefined;
    const fields: Fields = new Map(Object.entries(item));
    const role = fields.get("role") ?? fields.get("from");
    const content = contentOf(fields.has("content") ? fields.get("content") : fields.get("value"));
    if (typeof role !== "string" || content === undefined) return undefined;
    messages.push({ role: role === "gpt" ? "assistant" : role === "human" ? "user" : role, content });
  }
  return messages;
}

/** Null stands for a message that only calls tools; lists hold parts, of which the texts are taken. */
function contentOf(content: unknown): string | undefined {
  if (typeof content === "string") return content;
  if (content === null) return "";
  if (!Array.isArray(content)) return undefined;
  return content
    .map((part: unknown) => (typeof part === "object" && part !== null && "text" in part ? String(part.text) : ""))
    .join("");
}

/** One message of a user stays as it is; several are told apart by their roles. */
function joinMessages(messages: readonly Message[]): string {
  if (messages.length === 1 && messages[0]?.role === "user") return messages[0].content;
  return messages.map(({ role, content }) => `${role}: ${content}`).join("\n");
}

/** A text, or the messages of a prompt or completion that is a chat. */
function textOf(value: unknown, part: ChatPart = "answer"): string | undefined {
  if (typeof value === "string") return value;
  const messages = messagesOf(value);
  if (messages === undefined) return undefined;
  if (part !== "answer") return messages.find(({ role }) => role === "user")?.content;
  return messages.length === 1 ? messages[0]?.content : joinMessages(messages);
}

/** Numbers, truth values and strings beside the texts, and those inside a field "attributes". */
function attributesOf(known: Fields, used: readonly string[]): Pick<DataRow, "attributes"> {
  const own = known.get("attributes");
  const inner = typeof own === "object" && own !== null && !Array.isArray(own) ? Object.entries(own) : [];
  const entries = [...[...known].filter(([name]) => !used.includes(name)), ...inner].filter(
    (entry): entry is [string, string | number | boolean] => ["string", "number", "boolean"].includes(typeof entry[1]),
  );
  // fromEntries defines fields, so that one named __proto__ changes no prototype.
  return entries.length === 0 ? {} : { attributes: Object.fromEntries(entries) };
}

function noText(known: Fields, field: string): { readonly fault: string } {
  if (known.has(field)) return { fault: `no text in the field ${JSON.stringify(field)}` };
  return { fault: `no field ${JSON.stringify(field)} among ${fieldNames(known)}` };
}

function fieldNames(known: Fields): string {
  const names = [...known.keys()].slice(0, 8).map((name) => JSON.stringify(name.slice(0, 40)));
  return names.length === 0 ? "(none)" : names.join(", ") + (known.size > 8 ? ", ..." : "");
}
