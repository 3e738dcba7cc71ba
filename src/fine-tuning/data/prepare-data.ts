/** A file's records as token sequences, some of them held out. */
import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";
import { UnsupportedCapabilityError } from "../../core/errors/unsupported-capability-error.ts";
import type { RandomStream } from "../../core/random.ts";
import { terminalLine } from "../../core/terminal-text.ts";
import type { Tokenizer } from "../../language-models/tokenizer.ts";
import { MalformedRowsError, type RowFault } from "../../synthetic-data/malformed-rows-error.ts";
import {
  answered,
  encodeRecord,
  requireChatTemplate,
  shortened,
  type TokenSequence,
  taughtTokens,
} from "./encode-record.ts";
import type { TrainingRecords } from "./read-training-records.ts";
import type { PreferenceRecord, TrainingRecord } from "./training-record.ts";

/** A pair of answers to one prompt. */
export interface SequencePair {
  readonly chosen: TokenSequence;
  readonly rejected: TokenSequence;
}

/** Examples of one kind: single sequences, or pairs of them. */
export interface PreparedData<Example> {
  readonly training: readonly Example[];
  readonly validation: readonly Example[];
  /** Examples of which tokens were cut off. */
  readonly shortened: number;
  /** Examples of which nothing to learn was left. */
  readonly dropped: number;
  /** Records left out because the tokenizer or its template refused them, on request. */
  readonly refused: readonly RowFault[];
  /** Tokens of the training examples, and those of them that are learnt. */
  readonly tokens: number;
  readonly learntTokens: number;
}

/** How to prepare a file's records. */
export interface PrepareOptions {
  readonly tokenizer: Tokenizer;
  readonly maximumLength: number;
  /** Share of the records that is held out, in [0, 1); at least one record where it is above 0. */
  readonly validation: number;
  readonly malformed: "throw" | "skip";
  /** Names the file in errors. */
  readonly path: string;
  readonly random: RandomStream;
}

/** Sequences of chats, completions and texts. Throws as preparePairs. */
export function prepareSequences(records: TrainingRecords, options: PrepareOptions): PreparedData<TokenSequence> {
  if (records.format === "preference") throw wrongFormat("examples", records, "use --preferences");
  if (records.format === "chat") requireChatTemplate(options.tokenizer);
  return prepare(records, options, {
    encode: (record) => encodeRecord(options.tokenizer, record as Exclude<TrainingRecord, PreferenceRecord>),
    shorten: (sequence) => shortened(sequence, options.maximumLength),
    sequencesOf: (sequence) => [sequence],
  });
}

/**
 * Pairs of answers. Throws InvalidArgumentError for a file of another format and where nothing is left to learn,
 * MalformedRowsError with every record that the tokenizer or its template refuses.
 */
export function preparePairs(records: TrainingRecords, options: PrepareOptions): PreparedData<SequencePair> {
  const { tokenizer, maximumLength } = options;
  if (records.format !== "preference") throw wrongFormat("preference pairs", records, "use --data");
  return prepare(records, options, {
    encode: (record) => [encodePair(tokenizer, record as PreferenceRecord)],
    shorten: ({ chosen, rejected }) => {
      const [first, second] = [shortened(chosen, maximumLength), shortened(rejected, maximumLength)];
      return first === undefined || second === undefined ? undefined : { chosen: first, rejected: second };
    },
    sequencesOf: ({ chosen, rejected }) => [chosen, rejected],
  });
}

function encodePair(tokenizer: Tokenizer, { prompt, chosen, rejected }: PreferenceRecord): SequencePair {
  return { chosen: answered(tokenizer, prompt, chosen), rejected: answered(tokenizer, prompt, rejected) };
}

function wrongFormat(wanted: string, { format }: TrainingRecords, remedy: string): InvalidArgumentError {
  return new InvalidArgumentError({
    expected: `a file of ${wanted}`,
    received: `records of the format ${format}`,
    remedy,
  });
}

interface Kind<Example> {
  readonly encode: (record: TrainingRecord) => readonly Example[];
  readonly shorten: (example: Example) => Example | undefined;
  readonly sequencesOf: (example: Example) => readonly TokenSequence[];
}

function prepare<Example>(
  { records, places, unit }: TrainingRecords,
  options: PrepareOptions,
  kind: Kind<Example>,
): PreparedData<Example> {
  const { maximumLength, malformed, path, random } = options;
  const refused: RowFault[] = [];
  const encoded = records.map((record, index): readonly Example[] => {
    try {
      return kind.encode(record);
    } catch (error) {
      if (!(error instanceof InvalidArgumentError || error instanceof UnsupportedCapabilityError)) throw error;
      refused.push({ line: places[index] as number, fault: terminalLine(error.message) });
      return [];
    }
  });
  if (refused.length > 0 && malformed === "throw") throw new MalformedRowsError({ path, unit, faults: refused });

  const held = new Set(heldOut(encoded.filter((examples) => examples.length > 0).length, options.validation, random));
  const [training, validation]: [Example[], Example[]] = [[], []];
  let [cut, dropped, usable] = [0, 0, 0];
  for (const examples of encoded) {
    if (examples.length === 0) continue;
    const part = held.has(usable++) ? validation : training;
    for (const example of examples) {
      const kept = kind.shorten(example);
      if (kept === undefined) dropped++;
      else part.push(kept);
      const long = kind.sequencesOf(example).some(({ tokens }) => tokens.length > maximumLength);
      if (long && kept !== undefined) cut++;
    }
  }
  if (training.length === 0) {
    throw new InvalidArgumentError({
      expected: "something to learn within the maximum length",
      received: `${dropped} examples, nothing of which is left after ${maximumLength} tokens`,
      remedy: "raise --maximum-length",
    });
  }
  const sequences = training.flatMap(kind.sequencesOf);
  return {
    training,
    validation,
    shortened: cut,
    dropped,
    refused,
    tokens: sequences.reduce((sum, { tokens }) => sum + tokens.length, 0),
    learntTokens: sequences.reduce((sum, sequence) => sum + taughtTokens(sequence), 0),
  };
}

/** Indices of the records that are held out, of so many. */
function heldOut(records: number, share: number, random: RandomStream): number[] {
  if (share === 0 || records < 2) return [];
  const number = Math.min(records - 1, Math.max(1, Math.round(records * share)));
  return random.shuffle(Array.from({ length: records }, (_, index) => index)).slice(0, number);
}
