/** Prompts as llama.cpp's tokens: text as it is, conversations by the file's own chat template and nothing else. */
import { Template } from "@huggingface/jinja";
import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";
import { plainText } from "../generate-options.ts";
import type { ChatMessage, Prompt } from "../language-model.ts";
import type { LlamaModel, LlamaToken } from "./llama-types.ts";

/**
 * At least one token. A begin token stands before text where the file asks for it, and is written by the template of a
 * conversation: never twice. An empty text of a model without begin token is an end token.
 */
export function llamaPrompt(model: LlamaModel, prompt: Prompt): LlamaToken[] {
  const template = model.fileInfo.metadata.tokenizer?.chat_template;
  if (typeof prompt !== "string" && template !== undefined) return conversation(model, template, prompt);
  const { bos, eos, shouldPrependBosToken } = model.tokens;
  const tokens = model.tokenize(plainText(prompt));
  const start = shouldPrependBosToken ? bos : tokens.length === 0 ? (eos ?? bos) : null;
  return start === null ? tokens : [start, ...tokens];
}

function conversation(model: LlamaModel, template: string, messages: readonly ChatMessage[]): LlamaToken[] {
  const { bos, bosString, eosString } = model.tokens;
  // What people and models wrote must not become control tokens: a mark that nobody writes stands for each content.
  const mark = (index: number) => `\uE000${index}\uE001`;
  const render = (contents: readonly string[]) =>
    new Template(template).render({
      messages: messages.map(({ role }, index) => ({ role, content: contents[index] as string })),
      add_generation_prompt: true,
      bos_token: bosString ?? "",
      eos_token: eosString ?? "",
    });
  let text: string;
  try {
    text = render(messages.map((_, index) => mark(index)));
  } catch (error) {
    const received = `its refusal (${error instanceof Error ? error.message : String(error)})`;
    throw new InvalidArgumentError({
      expected: `a conversation that the model's template takes`,
      received,
      remedy: "begin with the user (or a system message), and take turns",
    });
  }
  const tokens = text.split(/(\uE000\d+\uE001)/u).flatMap((piece) => {
    const index = /^\uE000(\d+)\uE001$/u.exec(piece)?.[1];
    if (index === undefined) return model.tokenize(piece, true);
    return model.tokenize((messages[Number(index)] as ChatMessage).content);
  });
  const { shouldPrependBosToken } = model.tokens;
  return shouldPrependBosToken && bos !== null && tokens[0] !== bos ? [bos, ...tokens] : tokens;
}
