import { describe, expect, test } from "vitest";
import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";
import { characterTokenizer } from "../../language-models/character-tokenizer.ts";
import type { ChatMessage } from "../../language-models/language-model.ts";
import { endToken, type Tokenizer } from "../../language-models/tokenizer.ts";
import { encodeRecord, shortened, type TokenSequence, taughtTokens } from "./encode-record.ts";

const plain = characterTokenizer("abcdefgh?!><");
const end = endToken(plain);

/** "<" opens a turn of the user, ">" one of the assistant; with `forgets` only the last turn of the user is kept. */
function chatting(forgets = false): Tokenizer {
  const turn = ({ role, content }: ChatMessage) => [
    ...plain.encode(role === "assistant" ? ">" : "<"),
    ...plain.encode(content),
    end,
  ];
  return {
    ...plain,
    encodeChat: (messages) => [...(forgets ? messages.slice(-1) : messages).flatMap(turn), ...plain.encode(">")],
  };
}

/** What is read as letters, and what is learnt in capitals; the end is ".". */
function shown({ tokens, taught }: TokenSequence): string {
  return tokens
    .map((token, index) => {
      const text = token === end ? "." : token === plain.beginToken ? "^" : plain.decode([token]);
      return taught[index] ? (text === "." ? ":" : text.toUpperCase()) : text;
    })
    .join("");
}

const chat: ChatMessage[] = [
  { role: "user", content: "ab" },
  { role: "assistant", content: "cd" },
  { role: "user", content: "e" },
  { role: "assistant", content: "f" },
];

describe("sequences", () => {
  test("of a completion: its tokens and the end are learnt", () => {
    const [sequence] = encodeRecord(plain, { format: "prompt and completion", prompt: "ab?", completion: "c" });
    expect(shown(sequence as TokenSequence)).toBe("^ab?C:");
    expect(taughtTokens(sequence as TokenSequence)).toBe(2);
  });

  test("of a text: all but its first token", () => {
    expect(encodeRecord(plain, { format: "text", text: "abc" }).map(shown)).toEqual(["^ABC:"]);
    const { beginToken: _, ...without } = plain;
    expect(encodeRecord(without, { format: "text", text: "abc" }).map(shown)).toEqual(["aBC:"]);
  });

  test("of a chat: the assistant's turns, in one sequence where the template repeats them", () => {
    expect(encodeRecord(chatting(), { format: "chat", messages: chat }).map(shown)).toEqual(["<ab.>CD:<e.>F:"]);
  });

  test("of a chat whose template changes earlier turns: one for each turn", () => {
    expect(encodeRecord(chatting(true), { format: "chat", messages: chat }).map(shown)).toEqual(["<ab.>CD:", "<e.>F:"]);
  });

  test("a model without a template refuses chats", () => {
    expect(() => encodeRecord(plain, { format: "chat", messages: chat })).toThrow(InvalidArgumentError);
  });

  test("are cut at the end, and left out where nothing is learnt any more", () => {
    const sequence: TokenSequence = { tokens: [1, 2, 3, 4], taught: [false, false, true, true] };
    expect(shortened(sequence, 4)).toBe(sequence);
    expect(shortened(sequence, 3)).toEqual({ tokens: [1, 2, 3], taught: [false, false, true] });
    expect(shortened(sequence, 2)).toBeUndefined();
  });
});
