import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { trainingRecord } from "./training-record.ts";

const user = { role: "user", content: "2 + 2?" } as const;
const assistant = { role: "assistant", content: "4" } as const;

describe("records", () => {
  test.each<[string, unknown, unknown]>([
    ["messages", { messages: [user, assistant] }, { format: "chat", messages: [user, assistant] }],
    [
      "ShareGPT's names",
      {
        conversations: [
          { from: "human", value: "2 + 2?" },
          { from: "gpt", value: "4" },
        ],
      },
      { format: "chat", messages: [user, assistant] },
    ],
    [
      "messages as JSON in a table's cell",
      { messages: JSON.stringify([user, assistant]) },
      { format: "chat", messages: [user, assistant] },
    ],
    [
      "content in parts",
      { messages: [user, { role: "assistant", content: [{ type: "text", text: "4" }] }] },
      { format: "chat", messages: [user, assistant] },
    ],
    [
      "prompt and completion",
      { prompt: "a", completion: "b" },
      { format: "prompt and completion", prompt: "a", completion: "b" },
    ],
    ["a question", { question: "a", answer: "b" }, { format: "prompt and completion", prompt: "a", completion: "b" }],
    [
      "Alpaca",
      { instruction: "a", input: "c", output: "b" },
      { format: "prompt and completion", prompt: "a\n\nc", completion: "b" },
    ],
    [
      "a prompt of messages",
      { prompt: [user], completion: [assistant] },
      { format: "prompt and completion", prompt: [user], completion: "4" },
    ],
    ["text", { text: "abc" }, { format: "text", text: "abc" }],
    [
      "a preference",
      { prompt: "a", chosen: "b", rejected: "c" },
      { format: "preference", prompt: "a", chosen: "b", rejected: "c" },
    ],
    [
      "two chats",
      { chosen: [user, assistant], rejected: [user, { role: "assistant", content: "5" }] },
      { format: "preference", prompt: [user], chosen: "4", rejected: "5" },
    ],
  ])("%s", (_, value, wanted) => {
    expect(trainingRecord(value)).toEqual(wanted);
  });

  test.each<[string, unknown, RegExp]>([
    ["a number", 5, /number, not an object/],
    ["a list", [1], /a list/],
    ["no known field", { a: 1 }, /no text in the fields "a"/],
    ["an empty text", { text: "" }, /no text in the field "text"/],
    ["an empty completion", { prompt: "a", completion: "" }, /"completion"/],
    ["a prompt that is a number", { prompt: 1, completion: "b" }, /"prompt"/],
    ["an unknown role", { messages: [{ role: "robot", content: "a" }] }, /role "robot"/],
    ["a role from the prototype", { messages: [{ role: "constructor", content: "a" }] }, /role/],
    ["nobody to learn from", { messages: [user] }, /assistant/],
    ["a picture", { messages: [{ role: "user", content: [{ type: "image" }] }] }, /without text/],
    ["chats that begin differently", { chosen: [assistant], rejected: [user, assistant] }, /begin differently/],
  ])("%s is refused", (_, value, fault) => {
    expect(trainingRecord(value)).toEqual({ fault: expect.stringMatching(fault) });
  });

  test("any JSON is a record or a fault", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(trainingRecord(value)).toSatisfy((record: object) => "format" in record || "fault" in record);
      }),
    );
  });
});
