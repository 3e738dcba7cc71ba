/**
 * Tokenizer definitions (tokenizer.json) as @huggingface/tokenizers (0.2) needs them to give the tokens that the Rust
 * library gives: its Digits knows only ASCII's, and its ByteLevel splits at JavaScript's white space, which is not
 * Unicode's. Both become patterns, whose character classes it translates. What is in no vocabulary gets no token at
 * all here, so that it is noticed, where the Rust library would put in the unknown one.
 */
import { z } from "zod";
import { CorruptFileError } from "../../core/errors/corrupt-file-error.ts";
import { UnsupportedCapabilityError } from "../../core/errors/unsupported-capability-error.ts";
import { quotedText } from "../../core/quoted-text.ts";

const tokenId = z.number().int().min(0).max(16_777_215);
const part = z.looseObject({ type: z.string() });
const addedTokenSchema = z.looseObject({ id: tokenId, content: z.string().min(1), special: z.boolean() });
const definitionSchema = z.object({
  added_tokens: z.array(addedTokenSchema).default([]),
  normalizer: part.nullish().transform((value) => value ?? null),
  pre_tokenizer: part.nullish().transform((value) => value ?? null),
  post_processor: part.nullish().transform((value) => value ?? null),
  decoder: part.nullish().transform((value) => value ?? null),
  model: z.looseObject({
    type: z.string().default("BPE"),
    vocab: z.record(z.string(), tokenId),
    merges: z.array(z.union([z.string(), z.tuple([z.string(), z.string()])])).default([]),
  }),
});

type Part = z.output<typeof part>;

/** A tokenizer.json whose outline was checked. */
export type TokenizerDefinition = z.output<typeof definitionSchema>;

/** How GPT-2 splits text; ONNX and JavaScript have other white space, so this goes through the library's translation. */
const byteLevelPattern = String.raw`'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+`;
const isolated = (pattern: string) => ({
  type: "Split",
  pattern: { Regex: pattern },
  behavior: "Isolated",
  invert: false,
});

/**
 * Checks a definition and corrects it as the file's header says.
 * Throws CorruptFileError where it is no tokenizer, UnsupportedCapabilityError where it is none of byte pairs.
 */
export function tokenizerDefinition(json: unknown, source: string): TokenizerDefinition {
  const parsed = definitionSchema.safeParse(json);
  if (!parsed.success) {
    throw new CorruptFileError({
      expected: `a tokenizer as tokenizer.json has it in ${quotedText(source, 1000)}`,
      received: quotedText(z.prettifyError(parsed.error).replace(/\s+/gu, " "), 200),
      remedy: "fetch the model's tokenizer.json again",
    });
  }
  const definition = parsed.data;
  if (definition.model.type !== "BPE") {
    throw new UnsupportedCapabilityError({
      expected: `a tokenizer of byte pairs (BPE) in ${quotedText(source, 1000)}`,
      received: quotedText(definition.model.type),
      remedy: "name a model of the Llama or Qwen2 family",
    });
  }
  return {
    ...definition,
    pre_tokenizer: definition.pre_tokenizer && correctedPart(definition.pre_tokenizer),
    model: { ...definition.model, unk_token: unknownMark },
  };
}

/** In no vocabulary, so that a text with it has a token without id. */
const unknownMark = "\u0000 not in the vocabulary";

function correctedPart(part: Part): Part {
  if (part.type === "Sequence" && Array.isArray(part.pretokenizers)) {
    const parts = z.array(z.looseObject({ type: z.string() })).safeParse(part.pretokenizers);
    return parts.success ? { ...part, pretokenizers: parts.data.map(correctedPart) } : part;
  }
  if (part.type === "Digits") return isolated(part.individual_digits === true ? String.raw`\p{N}` : String.raw`\p{N}+`);
  // A prefix space is put before the split, which is then the library's own.
  if (part.type === "ByteLevel" && part.use_regex !== false && part.add_prefix_space !== true) {
    return { type: "Sequence", pretokenizers: [isolated(byteLevelPattern), { ...part, use_regex: false }] };
  }
  return part;
}

/**
 * The definition without its special tokens, and without some others: for what users write, in which the text of a
 * control token is text.
 */
export function withoutControlTokens(
  definition: TokenizerDefinition,
  control: ReadonlySet<number>,
): TokenizerDefinition {
  const vocabulary = Object.entries(definition.model.vocab).filter(([, id]) => !control.has(id));
  return {
    ...definition,
    added_tokens: definition.added_tokens.filter(({ id }) => !control.has(id)),
    post_processor: null,
    model: { ...definition.model, vocab: Object.fromEntries(vocabulary) },
  };
}

/** The token that the definition puts before every text, if it does. */
export function beginTokenOf(definition: TokenizerDefinition): number | undefined {
  const processor = definition.post_processor;
  if (processor === null) return undefined;
  const parts = Array.isArray(processor.processors) ? (processor.processors as unknown[]) : [processor];
  for (const candidate of parts) {
    const template = templateSchema.safeParse(candidate);
    const first = template.success ? template.data.single[0] : undefined;
    const name = first?.SpecialToken?.id;
    const id = name === undefined ? undefined : template.data?.special_tokens[name]?.ids[0];
    if (id !== undefined) return id;
  }
  return undefined;
}

const templateSchema = z.looseObject({
  type: z.literal("TemplateProcessing"),
  single: z.array(z.looseObject({ SpecialToken: z.looseObject({ id: z.string() }).optional() })),
  special_tokens: z.record(z.string(), z.looseObject({ ids: z.array(tokenId) })),
});
