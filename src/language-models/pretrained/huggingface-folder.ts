/**
 * A published model as a folder in Hugging Face's layout: config.json, tokenizer.json, tokenizer_config.json,
 * generation_config.json, chat_template.jinja and safetensors files.
 */
import { existsSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { CorruptFileError } from "../../core/errors/corrupt-file-error.ts";
import { quotedText } from "../../core/quoted-text.ts";
import { type TransformerParameters, type TransformerShape, transformerTemplate } from "../../nn/transformer.ts";
import type { Tokenizer } from "../tokenizer.ts";
import { parseArchitecture } from "./architecture.ts";
import { readJsonFile, readTextFile } from "./json-file.ts";
import { pretrainedTokenizer } from "./pretrained-tokenizer.ts";
import { readShards } from "./safetensors-shards.ts";
import { type TokenizerDefinition, tokenizerDefinition } from "./tokenizer-definition.ts";

/** A published model in memory: what illume's engine and its training need. */
export interface PretrainedModel {
  /** Names it to people, e.g. its folder's name; untrusted text. */
  readonly name: string;
  readonly shape: TransformerShape;
  /** float32, whatever the files have. */
  readonly parameters: TransformerParameters;
  readonly tokenizer: Tokenizer;
  /** Tokens that the model was trained to look back over. */
  readonly contextLength: number;
  /** The folder in Hugging Face's layout that it was read from; of a GGUF file, its conversion in the cache. */
  readonly folder: string;
}

/** A token as tokenizer_config.json writes it: its text, or an object with it. */
const tokenText = z
  .union([z.string(), z.looseObject({ content: z.string() }).transform(({ content }) => content)])
  .nullish()
  .catch(undefined);
const namedTemplates = z
  .array(z.looseObject({ name: z.string(), template: z.string() }))
  .transform((list) => (list.find(({ name }) => name === "default") ?? list[0])?.template);
const tokenizerConfigurationSchema = z.looseObject({
  bos_token: tokenText,
  eos_token: tokenText,
  add_bos_token: z.boolean().nullish().catch(undefined),
  chat_template: z.union([z.string(), namedTemplates]).nullish().catch(undefined),
});
const generationSchema = z.looseObject({
  eos_token_id: z
    .union([z.number(), z.array(z.number())])
    .nullish()
    .catch(undefined),
});

/** Throws as openPretrained does. */
export function readHuggingFaceFolder(folder: string, name: string): PretrainedModel {
  const { shape, contextLength, endTokens } = parseArchitecture(readJsonFile(join(folder, "config.json")), folder);
  const tokenizer = readTokenizer(folder, endTokens);
  if (tokenizer.vocabularySize > shape.vocabularySize) {
    throw new CorruptFileError({
      expected: `a tokenizer of at most ${shape.vocabularySize} tokens in ${quotedText(folder, 1000)}`,
      received: `one of ${tokenizer.vocabularySize}`,
      remedy: "fetch tokenizer.json and config.json of the same model",
    });
  }
  const parameters = readShards(folder, transformerTemplate(shape));
  return { name, shape, parameters, tokenizer, contextLength, folder };
}

/**
 * The tokenizer of a folder.
 * @param configuredEnds end tokens that config.json names
 */
export function readTokenizer(folder: string, configuredEnds: readonly number[] = []): Tokenizer {
  const source = join(folder, "tokenizer.json");
  const definition = tokenizerDefinition(readJsonFile(source), source);
  const configuration = tokenizerConfigurationSchema.parse(optionalJson(join(folder, "tokenizer_config.json")));
  const generation = generationSchema.parse(optionalJson(join(folder, "generation_config.json")));
  const beginToken = idOf(definition, configuration.bos_token);
  const end = idOf(definition, configuration.eos_token);
  const templateFile = join(folder, "chat_template.jinja");
  const template = existsSync(templateFile) ? readTextFile(templateFile) : configuration.chat_template;
  const ends = [end ?? [], generation.eos_token_id ?? [], configuredEnds].flat();
  return pretrainedTokenizer({
    definition,
    source,
    endTokens: [...new Set(ends)],
    ...(beginToken !== undefined && { beginToken }),
    ...(typeof configuration.add_bos_token === "boolean" && { addBeginToken: configuration.add_bos_token }),
    ...(typeof template === "string" && { chatTemplate: template }),
  });
}

function idOf(definition: TokenizerDefinition, text: string | null | undefined): number | undefined {
  if (text === null || text === undefined) return undefined;
  const added = definition.added_tokens.find(({ content }) => content === text)?.id;
  return added ?? (Object.hasOwn(definition.model.vocab, text) ? definition.model.vocab[text] : undefined);
}

function optionalJson(path: string): unknown {
  if (!existsSync(path)) return {};
  const json = readJsonFile(path);
  return typeof json === "object" && json !== null ? json : {};
}
