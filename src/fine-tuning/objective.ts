/** What is learnt: how examples become batches, which loss they have, and how well held-out ones do. */
import type { TransformerParameters, TransformerShape } from "../nn/transformer.ts";
import { mul } from "../tensor/operations/arithmetic.ts";
import { greater } from "../tensor/operations/comparison.ts";
import { cast } from "../tensor/operations/elementwise.ts";
import { sum } from "../tensor/operations/reduction.ts";
import { type Tensor, tensor } from "../tensor/tensor.ts";
import type { Tree } from "../tensor/tree.ts";
import type { Row, StepRows } from "./data/arrange-rows.ts";
import { type TokenSequence, taughtTokens } from "./data/encode-record.ts";
import type { SequencePair } from "./data/prepare-data.ts";
import { type TrainingBatch, trainingBatch } from "./data/training-batch.ts";
import {
  type PreferenceTargets,
  preferenceLoss,
  preferenceMargins,
  rowLogProbabilities,
  supervisedLoss,
  trainedHead,
} from "./loss.ts";

/** A kind of learning; examples are named by their index. */
export interface Objective {
  /** Positions that each training example takes in a row. */
  readonly trainingLengths: readonly number[];
  readonly validationLengths: readonly number[];
  /** Positions of a row that several examples share; 0: one example a row. */
  readonly packedLength: number;
  /** The batches of one step; their losses' sum is the step's. */
  readonly batches: (rows: StepRows, part: "training" | "validation") => Tree[];
  /** The sum of the batch's weighted losses, a scalar. */
  readonly loss: (parameters: TransformerParameters, batch: Tree) => Tensor;
  /** A second number that held-out examples are measured by, a weighted sum as the loss is. */
  readonly measure?: {
    readonly name: string;
    readonly value: (parameters: TransformerParameters, batch: Tree) => Tensor;
  };
  /** Tokens that go through the model in a step. */
  readonly tokens: (rows: StepRows) => number;
}

/** What an objective is made of. */
export interface ObjectiveOptions<Example> {
  readonly shape: TransformerShape;
  readonly training: readonly Example[];
  readonly validation: readonly Example[];
  /** Rows of a batch. */
  readonly batchSize: number;
  /** Positions of a row that examples share; 0: as long as the longest. */
  readonly packedLength: number;
  /** Whether the head is trained too (default false). */
  readonly trainsHead?: boolean;
}

const inputLength = ({ tokens }: TokenSequence): number => tokens.length - 1;

/** Next tokens of what is taught: the mean negative log probability over a step's learnt tokens, in nats. */
export function supervisedObjective(options: ObjectiveOptions<TokenSequence>): Objective {
  const { shape, training, validation, batchSize, packedLength, trainsHead = false } = options;
  const chunks = trainsHead ? trainedHead : {};
  const examplesOf = { training, validation };
  const sequencesOf = (row: Row, part: "training" | "validation") =>
    row.map((index) => examplesOf[part][index] as TokenSequence);
  return {
    trainingLengths: training.map(inputLength),
    validationLengths: validation.map(inputLength),
    packedLength,
    batches: (step, part) => {
      const batches = step.map((rows) => rows.map((row) => sequencesOf(row, part)));
      const learnt = batches.flat(2).reduce((total, sequence) => total + taughtTokens(sequence), 0);
      const positions = packedLength > 0 ? { positions: packedLength } : {};
      return batches.map((rows) => trainingBatch(rows, { rows: batchSize, weight: 1 / learnt, ...positions }));
    },
    loss: (parameters, batch) => supervisedLoss(parameters, batch as TrainingBatch, shape, chunks),
    tokens: (step) => step.flat(2).reduce((total, index) => total + inputLength(training[index] as TokenSequence), 0),
  };
}

// A type alias, not an interface: only those are trees to the compiler.
type PreferenceBatch = { readonly answers: TrainingBatch; readonly targets: PreferenceTargets };

/** What preferences are learnt with. */
export interface PreferenceOptions extends Omit<ObjectiveOptions<SequencePair>, "packedLength" | "trainsHead"> {
  readonly beta: number;
  /** log P of each pair's answers by the model before training, chosen and rejected. */
  readonly reference: {
    readonly training: readonly (readonly [number, number])[];
    readonly validation: readonly (readonly [number, number])[];
  };
}

/** Preferences by DPO; held-out pairs are also measured by how many the model has learnt to order. */
export function preferenceObjective(options: PreferenceOptions): Objective {
  const { shape, training, validation, batchSize, beta, reference } = options;
  const examplesOf = { training, validation };
  const lengthOf = ({ chosen, rejected }: SequencePair) => Math.max(inputLength(chosen), inputLength(rejected));
  return {
    trainingLengths: training.map(lengthOf),
    validationLengths: validation.map(lengthOf),
    packedLength: 0,
    batches: (step, part) => {
      const pairs = step.flat(2).length;
      return step.map((rows): PreferenceBatch => {
        const indices = rows.flat();
        return {
          answers: pairBatch(
            indices.map((index) => examplesOf[part][index] as SequencePair),
            batchSize,
          ),
          targets: {
            reference: tensor(
              sideBySide(
                indices.map((index) => reference[part][index] as [number, number]),
                batchSize,
              ),
            ),
            weights: tensor(new Float32Array(batchSize).fill(1 / pairs, 0, indices.length)),
          },
        };
      });
    },
    loss: (parameters, batch) => {
      const { answers, targets } = batch as PreferenceBatch;
      return preferenceLoss(rowLogProbabilities(parameters, answers, shape), targets, beta);
    },
    measure: {
      name: "preferences in order",
      value: (parameters, batch) => {
        const { answers, targets } = batch as PreferenceBatch;
        const margins = preferenceMargins(rowLogProbabilities(parameters, answers, shape), targets.reference);
        return sum(mul(cast(greater(margins, 0), "float32"), targets.weights));
      },
    },
    tokens: (step) => step.flat(2).reduce((total, index) => total + 2 * lengthOf(training[index] as SequencePair), 0),
  };
}

/** Rows of the chosen answers and then of the rejected ones, as many of each as a batch has pairs. */
export function pairBatch(pairs: readonly SequencePair[], batchSize: number): TrainingBatch {
  const rows = (name: keyof SequencePair) =>
    Array.from({ length: batchSize }, (_, index) => {
      const pair = pairs[index];
      return pair === undefined ? [] : [pair[name]];
    });
  return trainingBatch([...rows("chosen"), ...rows("rejected")], { rows: 2 * batchSize, weight: 1 });
}

function sideBySide(values: readonly (readonly [number, number])[], batchSize: number): Float32Array {
  const array = new Float32Array(2 * batchSize);
  values.forEach(([chosen, rejected], index) => {
    array[index] = chosen;
    array[batchSize + index] = rejected;
  });
  return array;
}
