/** A run's data as its objective; what was found out about the data is recorded. */
import { InvalidArgumentError } from "../core/errors/invalid-argument-error.ts";
import { RandomStream } from "../core/random.ts";
import type { Json } from "../runs/run-store.ts";
import { dataEvent } from "./curves.ts";
import { type PreparedData, preparePairs, prepareSequences, type SequencePair } from "./data/prepare-data.ts";
import { readTrainingRecords, type TrainingRecords } from "./data/read-training-records.ts";
import type { FineTuneOptions } from "./fine-tune.ts";
import { type Objective, preferenceObjective, supervisedObjective } from "./objective.ts";
import { referenceLogProbabilities } from "./reference-log-probabilities.ts";

const checksumKey = "checksum of the data";
const referenceKey = "reference log probabilities";

/** Reads and prepares the data. Throws as fineTune, and InvalidArgumentError where the file changed since the run began. */
export async function objectiveOf(options: FineTuneOptions, checkInterrupted: () => void): Promise<Objective> {
  const { configuration, model, onProgress } = options;
  const { data: path, batchSize, seed } = configuration;
  const malformed = configuration.skipMalformed ? "skip" : "throw";
  const records = await readTrainingRecords(path, malformed);
  requireUnchanged(options, records);
  const prepare = {
    tokenizer: model.tokenizer,
    maximumLength: Math.min(configuration.maximumLength, model.contextLength ?? Infinity),
    validation: configuration.validation,
    malformed,
    path,
    random: new RandomStream(seed, ["fine-tuning", "held out"]),
  } as const;
  if (configuration.objective === "supervised") {
    const data = prepareSequences(records, prepare);
    record(options, records, data);
    const packedLength = configuration.packing ? prepare.maximumLength : 0;
    return supervisedObjective({
      shape: model.shape,
      ...data,
      batchSize,
      packedLength,
      trainsHead: configuration.method === "full",
    });
  }
  const data = preparePairs(records, prepare);
  record(options, records, data);
  const pairs = [...data.training, ...data.validation];
  const stored = options.store.state(referenceKey) as (readonly [number, number])[] | undefined;
  const reference =
    stored ??
    (await referenceLogProbabilities(pairs, {
      parameters: model.parameters,
      shape: model.shape,
      batchSize,
      threads: configuration.threads,
      onProgress: (done) => onProgress?.({ phase: "reference", done, total: pairs.length }),
      checkInterrupted,
    }));
  if (stored === undefined) options.store.setState(referenceKey, reference as Json);
  return preferenceObjective({
    shape: model.shape,
    ...data,
    batchSize,
    beta: configuration.beta,
    reference: {
      training: reference.slice(0, data.training.length),
      validation: reference.slice(data.training.length),
    },
  });
}

function requireUnchanged({ store, configuration }: FineTuneOptions, { checksum }: TrainingRecords): void {
  const before = store.state(checksumKey);
  if (before === undefined) {
    store.setState(checksumKey, checksum);
  } else if (before !== checksum) {
    throw new InvalidArgumentError({
      expected: `the examples in ${JSON.stringify(configuration.data)} that the run began with`,
      received: "others: the file was changed since",
      remedy: "put the old file back, or start a new run",
    });
  }
}

function record<Example>(
  options: FineTuneOptions,
  records: TrainingRecords,
  data: PreparedData<Example | SequencePair>,
): void {
  const { store, onProgress } = options;
  const summary = {
    format: records.format,
    examples: data.training.length,
    heldOut: data.validation.length,
    tokens: data.tokens,
    learntTokens: data.learntTokens,
    shortened: data.shortened,
    dropped: data.dropped,
    malformed: [...records.skipped, ...data.refused].map(({ line, fault }) => ({ [records.unit]: line, fault })),
  };
  if (store.events(dataEvent).length === 0) store.appendEvent(dataEvent, summary);
  const remarks = [
    summary.shortened > 0 && `${summary.shortened} cut off`,
    summary.dropped > 0 && `${summary.dropped} left out as nothing to learn was left`,
    summary.malformed.length > 0 && `${summary.malformed.length} malformed left out`,
  ].filter((remark) => remark !== false);
  const message =
    `${summary.format}: ${summary.examples} examples and ${summary.heldOut} held out, ` +
    `${summary.learntTokens} of ${summary.tokens} tokens learnt${remarks.length > 0 ? ` (${remarks.join(", ")})` : ""}`;
  onProgress?.({ phase: "reference", done: 0, total: 0, message });
}
