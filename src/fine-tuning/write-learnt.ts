/** What a training ends with: an adapter in PEFT's format, and whole weights that the model can be opened from. */
import { join } from "node:path";
import { writePeftAdapter } from "../language-models/adapters/peft-adapter.ts";
import { requireFiniteWeights } from "../nn/finite-weights.ts";
import type { LoraParameters } from "../nn/lora.ts";
import type { Tree } from "../tensor/tree.ts";
import type { FineTuneOptions } from "./fine-tune.ts";
import { type Trainee, wholeWeights } from "./trainable-model.ts";

/** Folders that were written. */
export interface WrittenModel {
  /** Whole weights, in the format of the model that was taught. */
  readonly model?: string;
  /** An adapter in PEFT's format. */
  readonly adapter?: string;
}

/** Writes what was learnt. Throws NumericalError where it is not finite, StorageError where it cannot be written. */
export async function writeLearnt(
  { configuration, model, store }: Pick<FineTuneOptions, "configuration" | "model" | "store">,
  trainee: Trainee,
  learnt: Tree,
  step: number,
): Promise<WrittenModel> {
  requireFiniteWeights(learnt, `training step ${step}`);
  const folder = configuration.output ?? store.directory;
  const written: { model?: string; adapter?: string } = {};
  if (trainee.lora !== undefined) {
    written.adapter = join(folder, "adapter");
    writePeftAdapter(written.adapter, learnt as LoraParameters, { ...trainee.lora, baseModel: model.baseName });
  }
  if (trainee.lora === undefined || configuration.merged) {
    written.model = join(folder, "model");
    await model.write(written.model, wholeWeights(trainee, learnt));
  }
  return written;
}
