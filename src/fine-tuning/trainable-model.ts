/** A model of the Llama family that can be taught, and what of it is trained. */
import { RandomStream } from "../core/random.ts";
import type { Tokenizer } from "../language-models/tokenizer.ts";
import { initialiseLora, type LoraOptions, type LoraParameters, loraScale, mergeLora, withLora } from "../nn/lora.ts";
import type { TransformerParameters, TransformerShape } from "../nn/transformer.ts";
import type { Tree } from "../tensor/tree.ts";
import { adaptedTargets, type FineTuningConfiguration } from "./configuration.ts";

/** Parts of a model, as openTrainableModel reads them. */
export interface TrainableModel {
  /** As the user named it. */
  readonly id: string;
  readonly shape: TransformerShape;
  readonly parameters: TransformerParameters;
  readonly tokenizer: Tokenizer;
  /** Tokens that it was trained for; undefined where that is not known. */
  readonly contextLength: number | undefined;
  /** What an adapter says that it belongs to: a folder, or a name on Hugging Face's Hub. */
  readonly baseName: string;
  /** Writes whole weights so that the model can be opened from the folder. */
  readonly write: (folder: string, parameters: TransformerParameters) => void | Promise<void>;
}

/** What a training step changes, and how the model is made of it. */
export interface Trainee {
  /** Initial values of what is trained. */
  readonly trained: Tree;
  /** What stays as it is. */
  readonly frozen: Tree;
  /** The model, in a traced function. */
  readonly model: (trained: Tree, frozen: Tree) => TransformerParameters;
  /** Where adapters are trained: their settings. */
  readonly lora?: Required<LoraOptions>;
}

/** The trainee of a run: adapters with their model frozen, or all of its weights. */
export function traineeOf(model: TrainableModel, configuration: FineTuningConfiguration): Trainee {
  if (configuration.method === "full") {
    return { trained: model.parameters, frozen: [], model: (trained) => trained as TransformerParameters };
  }
  const { rank, alpha = 2 * rank } = configuration;
  const lora = { rank, alpha, targets: adaptedTargets(configuration) };
  const scale = loraScale(lora);
  return {
    trained: initialiseLora(model.parameters, lora, new RandomStream(configuration.seed, ["fine-tuning", "lora"])),
    frozen: model.parameters,
    model: (trained, frozen) => withLora(frozen as TransformerParameters, trained as LoraParameters, scale),
    lora,
  };
}

/** Whole weights of a trainee, all concrete. */
export function wholeWeights(trainee: Trainee, trained: Tree): TransformerParameters {
  if (trainee.lora === undefined) return trained as TransformerParameters;
  return mergeLora(trainee.frozen as TransformerParameters, trained as LoraParameters, loraScale(trainee.lora));
}
