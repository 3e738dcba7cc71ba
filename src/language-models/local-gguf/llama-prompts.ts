/** Prompts as llama.cpp's tokens: text as it is, conversations by the file's own chat template and nothing else. */
import { plainText } from "../generate-options.ts";
import type { ChatMessage, Prompt } from "../language-model.ts";
import { type ChatTemplate, chatTemplate } from "../pretrained/chat-template.ts";
import { protectedRendering } from "../pretrained/protected-rendering.ts";
import type { LlamaModel, LlamaToken } from "./llama-types.ts";

/** Encodes prompts of one model; what a conversation needs is prepared with the first one. */
export class LlamaPrompts {
  readonly #model: LlamaModel;
  readonly #source: string;
  #conversations: { readonly render: ChatTemplate; readonly controlTexts: readonly string[] } | undefined;

  /** @param source names the model in errors */
  constructor(model: LlamaModel, source: string) {
    this.#model = model;
    this.#source = source;
  }

  /**
   * At least one token. A begin token stands before text where the file asks for it, and is written by the template of a
   * conversation: never twice. An empty text of a model without begin token is an end token.
   * Throws InvalidArgumentError for a conversation that the template refuses.
   */
  encode(prompt: Prompt): LlamaToken[] {
    const { bos, eos, shouldPrependBosToken } = this.#model.tokens;
    const template = this.#model.fileInfo.metadata.tokenizer?.chat_template;
    const chat = typeof prompt !== "string" && template !== undefined;
    const tokens = chat ? this.#conversation(template, prompt) : this.#model.tokenize(plainText(prompt));
    if (shouldPrependBosToken && bos !== null && tokens[0] !== bos) return [bos, ...tokens];
    const start = tokens.length === 0 ? (eos ?? bos) : null;
    return start === null ? tokens : [start, ...tokens];
  }

  /** The prompt as one text that names it for random streams. */
  name(prompt: Prompt): string {
    const chat = typeof prompt !== "string" && this.#model.fileInfo.metadata.tokenizer?.chat_template !== undefined;
    return chat ? JSON.stringify(prompt.map(({ role, content }) => [role, content])) : plainText(prompt);
  }

  #conversation(template: string, messages: readonly ChatMessage[]): LlamaToken[] {
    this.#conversations ??= {
      render: chatTemplate({
        template,
        beginText: this.#model.tokens.bosString ?? "",
        endText: this.#model.tokens.eosString ?? "",
        source: this.#source,
      }),
      controlTexts: controlTexts(this.#model),
    };
    const { render, controlTexts: texts } = this.#conversations;
    const rendered = protectedRendering(render, messages, texts);
    const parts = typeof rendered === "string" ? [{ text: rendered, control: true }] : rendered;
    return parts.flatMap(({ text, control }) => this.#model.tokenize(text, control));
  }
}

/** Texts of the control tokens of a model. */
function controlTexts(model: LlamaModel): string[] {
  const texts: string[] = [];
  for (const token of model.iterateAllTokens()) {
    if (!model.isSpecialToken(token)) continue;
    const text = model.detokenize([token], true);
    if (text !== "") texts.push(text);
  }
  return texts;
}
