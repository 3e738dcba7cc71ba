/** Tokenizers of published models (tokenizer.json), by @huggingface/tokenizers. */
import { Tokenizer as LibraryTokenizer } from "@huggingface/tokenizers";
import { CorruptFileError } from "../../core/errors/corrupt-file-error.ts";
import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";
import { quotedText } from "../../core/quoted-text.ts";
import type { ChatMessage } from "../language-model.ts";
import type { Tokenizer } from "../tokenizer.ts";
import { chatTemplate } from "./chat-template.ts";
import { protectedRendering } from "./protected-rendering.ts";
import { beginTokenOf, type TokenizerDefinition, withoutControlTokens } from "./tokenizer-definition.ts";

export interface PretrainedTokenizerOptions {
  readonly definition: TokenizerDefinition;
  /** Whether a begin token starts every text; where it is not said, the definition's post-processor tells. */
  readonly addBeginToken?: boolean;
  readonly beginToken?: number;
  /** At least one; the first closes a completion. */
  readonly endTokens: readonly number[];
  /** In Jinja, where the model has one. */
  readonly chatTemplate?: string;
  /** Names the model in errors. */
  readonly source: string;
}

/**
 * A published model's tokenizer. Text of users is encoded without special tokens: "<|im_end|>" there is ten characters.
 * Where the model normalises text (Qwen2: to NFC), decode(encode(text)) is the normalised text.
 * Throws CorruptFileError where its parts do not fit each other, UnsupportedCapabilityError for parts that are unknown.
 */
export function pretrainedTokenizer(options: PretrainedTokenizerOptions): Tokenizer {
  const { definition, endTokens, source } = options;
  const textOf = new Map(Object.entries(definition.model.vocab).map(([text, id]) => [id, text]));
  for (const { id, content } of definition.added_tokens) textOf.set(id, content);
  const named = options.beginToken === undefined ? endTokens : [options.beginToken, ...endTokens];
  const missing = named.find((id) => !textOf.has(id));
  if (missing !== undefined || endTokens.length === 0) throw misfit(source, missing);
  const special = new Set([...definition.added_tokens.filter((token) => token.special).map(({ id }) => id), ...named]);
  const plain = libraryTokenizer(withoutControlTokens(definition, special), source);
  const encode = (text: string, library = plain) => tokensOf(library, text);

  const begin = options.addBeginToken === false ? undefined : beginTokenOf(definition);
  const beginToken = begin ?? (options.addBeginToken === true ? options.beginToken : undefined);
  const tokenizer: Tokenizer = {
    vocabularySize: greatest(textOf.keys()) + 1,
    ...(beginToken !== undefined && { beginToken }),
    endTokens,
    encode: (text) => encode(text),
    decode: (tokens) => {
      const known = tokens.filter((token) => textOf.has(token) && !special.has(token));
      if (known.length === 0) return "";
      return plain.decode(known, { skip_special_tokens: false, clean_up_tokenization_spaces: false });
    },
  };
  if (options.chatTemplate === undefined) return tokenizer;

  const render = chatTemplate({
    template: options.chatTemplate,
    beginText: options.beginToken === undefined ? "" : (textOf.get(options.beginToken) as string),
    endText: textOf.get(endTokens[0] as number) as string,
    source,
  });
  const controlTokens = new Map([...special].map((id) => [textOf.get(id) as string, id]));
  let whole: LibraryTokenizer | undefined;
  const encodeChat = (messages: readonly ChatMessage[]): number[] => {
    const rendering = protectedRendering(render, messages, [...controlTokens.keys()]);
    if (typeof rendering === "string") {
      // Only conversations need it, and it takes as much memory as the first one.
      whole ??= libraryTokenizer({ ...definition, post_processor: null }, source);
      return encode(rendering, whole);
    }
    return rendering.flatMap(({ text, control }) => (control ? [controlTokens.get(text) as number] : encode(text)));
  };
  return { ...tokenizer, encodeChat };
}

function libraryTokenizer(definition: TokenizerDefinition, source: string): LibraryTokenizer {
  try {
    const library = new LibraryTokenizer(definition, {});
    keepByteOrderMarks(library.decoder);
    return library;
  } catch (cause) {
    throw new CorruptFileError({
      expected: `a tokenizer of known parts in ${quotedText(source, 1000)}`,
      received: quotedText(cause instanceof Error ? cause.message : String(cause)),
      remedy: "fetch the model's tokenizer.json again",
      cause,
    });
  }
}

/** The library's decoder of single bytes drops U+FEFF, which is a character like others within a text. */
function keepByteOrderMarks(decoder: unknown): void {
  if (typeof decoder !== "function") return;
  if ("text_decoder" in decoder) decoder.text_decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  if ("decoders" in decoder && Array.isArray(decoder.decoders)) decoder.decoders.forEach(keepByteOrderMarks);
}

function tokensOf(library: LibraryTokenizer, text: string): number[] {
  if (text === "") return [];
  const tokens: readonly (number | undefined)[] = text.isWellFormed()
    ? library.encode(text, { add_special_tokens: false }).ids
    : [undefined];
  if (tokens.includes(undefined)) {
    throw new InvalidArgumentError({
      expected: "text of characters that the model's vocabulary has",
      received: quotedText(text),
      remedy: "leave control characters and broken pairs of surrogates out",
    });
  }
  return tokens as number[];
}

function greatest(ids: Iterable<number>): number {
  let highest = 0;
  for (const id of ids) if (id > highest) highest = id;
  return highest;
}

function misfit(source: string, missing: number | undefined): CorruptFileError {
  return new CorruptFileError({
    expected: `begin and end tokens of the tokenizer in ${quotedText(source, 1000)}`,
    received: missing === undefined ? "no end token" : `token ${missing}, which its vocabulary lacks`,
    remedy: "fetch configuration and tokenizer of the same model",
  });
}
