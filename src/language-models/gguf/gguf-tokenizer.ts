/** A GGUF file's vocabulary as Hugging Face's tokenizer.json and tokenizer_config.json. */
import { UnsupportedCapabilityError } from "../../core/errors/unsupported-capability-error.ts";
import { quotedText } from "../../core/quoted-text.ts";
import { corrupt, type GgufFile as WholeFile } from "./gguf-file.ts";
import { sentencePieceMerges } from "./sentence-piece-merges.ts";

/** ggml's kinds of tokens that are not plain text. */
const unknownKind = 2;
const controlKind = 3;
const userDefinedKind = 4;

const byteLevel = (useRegex: boolean) => ({
  type: "ByteLevel",
  add_prefix_space: false,
  trim_offsets: true,
  use_regex: useRegex,
});
const splitAt = (pattern: string) => ({
  type: "Sequence",
  pretokenizers: [
    { type: "Split", pattern: { Regex: pattern }, behavior: "Isolated", invert: false },
    byteLevel(false),
  ],
});
/** Llama 3's and Qwen2's splits differ in how many digits stay together. */
const words = (digits: string) =>
  String.raw`(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|${digits}| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+`;

/** How text is split before bytes are paired, by the name that files give it. */
const splits = new Map<string, { readonly pre_tokenizer: object; readonly normalizer?: object; readonly whole?: true }>(
  [
    [
      "smollm",
      {
        pre_tokenizer: {
          type: "Sequence",
          pretokenizers: [{ type: "Digits", individual_digits: true }, byteLevel(true)],
        },
      },
    ],
    ["llama-bpe", { pre_tokenizer: splitAt(words(String.raw`\p{N}{1,3}`)), whole: true }],
    ["qwen2", { pre_tokenizer: splitAt(words(String.raw`\p{N}`)), normalizer: { type: "NFC" } }],
    ["gpt-2", { pre_tokenizer: byteLevel(true) }],
  ],
);
const otherNames = new Map([
  ["llama3", "llama-bpe"],
  ["llama-v3", "llama-bpe"],
  ["deepseek-r1-qwen", "qwen2"],
]);

/** Tokens that end a turn or a text in models of these families, whatever else the metadata names. */
const endings = new Set(["<|im_end|>", "<|eot_id|>", "<|eom_id|>", "<|endoftext|>", "<|end_of_text|>", "</s>"]);

/** All that is looked at of a file. */
type GgufFile = Pick<WholeFile, "path" | "metadata">;

export interface TokenizerFiles {
  readonly tokenizer: object;
  readonly configuration: object;
  /** The first closes a completion. */
  readonly endTokens: readonly number[];
}

/** Throws CorruptFileError where parts are missing, UnsupportedCapabilityError for other kinds of tokenizers. */
export function ggufTokenizer(file: GgufFile): TokenizerFiles {
  const tokens = texts(file, "tokenizer.ggml.tokens");
  const kinds = numbers(file, "tokenizer.ggml.token_type");
  const model = file.metadata.get("tokenizer.ggml.model");
  if (new Set(tokens).size !== tokens.length)
    throw corrupt(file.path, "a vocabulary of different tokens", "repeated ones");
  const added = tokens.flatMap((content, id) => {
    const kind = kinds[id];
    const special = kind === controlKind || kind === unknownKind;
    if (!special && kind !== userDefinedKind) return [];
    return [{ id, content, special, normalized: false, single_word: false, lstrip: false, rstrip: false }];
  });
  const begin = id(file, "bos", tokens);
  const end = id(file, "eos", tokens);
  if (end === undefined) throw corrupt(file.path, "tokenizer.ggml.eos_token_id in the metadata", "none");
  const named = [end, id(file, "eot", tokens) ?? [], id(file, "eom", tokens) ?? []].flat();
  const known = added.filter(({ special, content }) => special && endings.has(content)).map((token) => token.id);
  const template = file.metadata.get("tokenizer.chat_template");
  const addBegin = file.metadata.get("tokenizer.ggml.add_bos_token");
  const beginByDefault = model === "llama" || splitName(file) === "llama-bpe";
  return {
    tokenizer: {
      version: "1.0",
      added_tokens: added,
      post_processor: null,
      ...(model === "llama" ? sentencePieces(file, tokens) : bytePairs(file, tokens)),
    },
    configuration: {
      ...(begin !== undefined && { bos_token: tokens[begin] }),
      eos_token: tokens[end],
      add_bos_token: typeof addBegin === "boolean" ? addBegin : beginByDefault,
      ...(typeof template === "string" && { chat_template: template }),
      tokenizer_class: "PreTrainedTokenizerFast",
    },
    endTokens: [...new Set([...named, ...known])],
  };
}

function splitName(file: GgufFile): string {
  const name = String(file.metadata.get("tokenizer.ggml.pre") ?? "");
  return otherNames.get(name) ?? name;
}

function bytePairs(file: GgufFile, tokens: readonly string[]): object {
  const split = splits.get(splitName(file));
  const model = file.metadata.get("tokenizer.ggml.model");
  if (model !== "gpt2" || split === undefined) {
    throw new UnsupportedCapabilityError({
      expected: `a tokenizer of one of the kinds llama, ${[...splits.keys()].join(", ")} in ${quotedText(file.path, 1000)}`,
      received: `${quotedText(String(model))} ${quotedText(String(file.metadata.get("tokenizer.ggml.pre")))}`,
      remedy: "open the model's folder from Hugging Face instead, or run this file with gguf:PATH",
    });
  }
  const { pre_tokenizer, normalizer = null, whole = false } = split;
  return {
    normalizer,
    pre_tokenizer,
    decoder: byteLevel(true),
    model: {
      type: "BPE",
      unk_token: null,
      ignore_merges: whole,
      vocab: Object.fromEntries(tokens.map((token, index) => [token, index])),
      merges: texts(file, "tokenizer.ggml.merges"),
    },
  };
}

function sentencePieces(file: GgufFile, tokens: readonly string[]): object {
  const space = "\u2581";
  const prefixed = file.metadata.get("tokenizer.ggml.add_space_prefix") !== false;
  const replace = { type: "Replace", pattern: { String: " " }, content: space };
  const strip = prefixed ? [{ type: "Strip", content: " ", start: 1, stop: 0 }] : [];
  return {
    normalizer: {
      type: "Sequence",
      normalizers: prefixed ? [{ type: "Prepend", prepend: space }, replace] : [replace],
    },
    pre_tokenizer: null,
    decoder: {
      type: "Sequence",
      decoders: [
        { type: "Replace", pattern: { String: space }, content: " " },
        { type: "ByteFallback" },
        { type: "Fuse" },
        ...strip,
      ],
    },
    model: {
      type: "BPE",
      unk_token: null,
      fuse_unk: true,
      byte_fallback: true,
      vocab: Object.fromEntries(tokens.map((token, index) => [token, index])),
      merges: sentencePieceMerges(tokens, numbers(file, "tokenizer.ggml.scores")),
    },
  };
}

function id(file: GgufFile, name: string, tokens: readonly string[]): number | undefined {
  const value = file.metadata.get(`tokenizer.ggml.${name}_token_id`);
  if (value === undefined) return undefined;
  if (typeof value === "number" && tokens[value] !== undefined) return value;
  throw corrupt(file.path, `a token of the vocabulary as ${name}_token_id`, quotedText(String(value)));
}

function texts(file: GgufFile, name: string): readonly string[] {
  const value = file.metadata.get(name);
  if (Array.isArray(value) && value.every((item) => typeof item === "string")) return value as string[];
  throw corrupt(file.path, `a list of texts as ${name}`, value === undefined ? "none" : "another value");
}

function numbers(file: GgufFile, name: string): readonly number[] {
  const value = file.metadata.get(name);
  if (Array.isArray(value) && value.every((item) => typeof item === "number")) return value as number[];
  throw corrupt(file.path, `a list of numbers as ${name}`, value === undefined ? "none" : "another value");
}
