/**
 * Low-rank adaptation (Hu et al. 2021, 2106.09685): beside a frozen W a trained B A of low rank,
 *
 *   y = x W^T + bias + (alpha / rank) (x A^T) B^T
 *
 * Leaf paths are the names of Hugging Face's PEFT without its prefix ("model.layers.0.self_attn.q_proj.lora_A.weight").
 * Not implemented: dropout of x.
 */
import { UnknownNameError } from "../core/errors/unknown-name-error.ts";
import type { RandomStream } from "../core/random.ts";
import { mul } from "../tensor/operations/arithmetic.ts";
import { type Tensor, tensor, zeros } from "../tensor/tensor.ts";
import { inverseRootUniform } from "./initialisation.ts";
import type { Weight } from "./projection.ts";
import type { LayerParameters, TransformerParameters } from "./transformer.ts";

/** The linear layers of the Llama family that can be adapted, by the part of a layer that they are in. */
const parts = {
  self_attn: ["q_proj", "k_proj", "v_proj", "o_proj"],
  mlp: ["gate_proj", "up_proj", "down_proj"],
} as const;
type Part = keyof typeof parts;

/** All linear layers but the head: what PEFT calls "all-linear". */
export const loraTargets = [...parts.self_attn, ...parts.mlp] as const;

/** A linear layer that can be adapted. */
export type LoraTarget = (typeof loraTargets)[number];

// Type aliases, not interfaces: only those are trees to the compiler.
/** The two factors of one adapted layer: A [rank, in] and B [out, rank]. */
export type LoraFactors = { readonly lora_A: Weight; readonly lora_B: Weight };

/** The factors of all adapted layers, standing where the layers' weights stand. */
export type LoraParameters = {
  readonly model: {
    readonly layers: readonly { readonly [part: string]: { readonly [target: string]: LoraFactors } }[];
  };
};

/** Which layers are adapted, and how strongly. */
export interface LoraOptions {
  /** Columns of A^T and B, at least 1 (default 8). */
  readonly rank?: number;
  /** B A is multiplied by alpha / rank (default twice the rank). */
  readonly alpha?: number;
  /** Default q_proj and v_proj. */
  readonly targets?: readonly LoraTarget[];
}

/** The options with their defaults. */
export function loraSettings(options: LoraOptions = {}): Required<LoraOptions> {
  const { rank = 8, alpha = 2 * rank, targets = ["q_proj", "v_proj"] } = options;
  return { rank, alpha, targets };
}

/** The factor of B A. */
export function loraScale(options: LoraOptions): number {
  const { rank, alpha } = loraSettings(options);
  return alpha / rank;
}

/** Throws UnknownNameError for a name that is no linear layer's. */
export function requireLoraTargets(names: readonly string[]): LoraTarget[] {
  const known: readonly string[] = loraTargets;
  return names.map((name) => {
    if (!known.includes(name)) throw new UnknownNameError({ kind: "layer to adapt", name, known });
    return name as LoraTarget;
  });
}

/** Factors for each target of a model, made by `make` from the layer's name and sizes. */
function buildLora(
  parameters: TransformerParameters,
  targets: readonly LoraTarget[],
  make: (name: string, inputs: number, outputs: number) => LoraFactors,
): LoraParameters {
  const layers = parameters.model.layers.map((layer, index) => {
    const adapted = (Object.keys(parts) as Part[]).map((part) => {
      const weights = layer[part] as { readonly [target: string]: Weight };
      const chosen = parts[part].filter((target) => targets.includes(target));
      const factors = chosen.map((target) => {
        const [outputs, inputs] = (weights[target] as Weight).weight.shape as [number, number];
        return [target, make(`model.layers.${index}.${part}.${target}`, inputs, outputs)] as const;
      });
      return [part, Object.fromEntries(factors)] as const;
    });
    return Object.fromEntries(adapted.filter(([, factors]) => Object.keys(factors).length > 0));
  });
  return { model: { layers } };
}

/** Factors to begin with, as PEFT's: A uniform within 1 / sqrt(in) (Kaiming with a = sqrt 5), B zero. */
export function initialiseLora(
  parameters: TransformerParameters,
  options: LoraOptions,
  random: RandomStream,
): LoraParameters {
  const { rank, targets } = loraSettings(options);
  return buildLora(parameters, targets, (name, inputs, outputs) => ({
    lora_A: { weight: inverseRootUniform([rank, inputs], random.split(name)) },
    lora_B: { weight: zeros([outputs, rank]) },
  }));
}

/** The structure and shapes of a model's factors, to read a file into. */
export function loraTemplate(parameters: TransformerParameters, options: LoraOptions): LoraParameters {
  const { rank, targets } = loraSettings(options);
  return buildLora(parameters, targets, (_, inputs, outputs) => ({
    lora_A: { weight: zeros([rank, inputs]) },
    lora_B: { weight: zeros([outputs, rank]) },
  }));
}

function mapAdapted(
  parameters: TransformerParameters,
  lora: LoraParameters,
  change: (weight: Weight, factors: LoraFactors) => Weight,
): TransformerParameters {
  const layers = parameters.model.layers.map((layer, index): LayerParameters => {
    const adapted = lora.model.layers[index] ?? {};
    const changed = <Weights extends { readonly [target: string]: Weight }>(part: Part, weights: Weights): Weights => {
      const factors = Object.entries(adapted[part] ?? {});
      const entries = factors.map(([target, pair]) => [target, change(weights[target] as Weight, pair)] as const);
      return { ...weights, ...Object.fromEntries(entries) };
    };
    return { ...layer, self_attn: changed("self_attn", layer.self_attn), mlp: changed("mlp", layer.mlp) };
  });
  return { ...parameters, model: { ...parameters.model, layers } };
}

/** The model with its adapted layers, to be called in a traced function; `scale` is alpha / rank. */
export function withLora(
  parameters: TransformerParameters,
  lora: LoraParameters,
  scale: number,
): TransformerParameters {
  return mapAdapted(parameters, lora, (weight, { lora_A, lora_B }) => ({
    ...weight,
    // The factor goes to the smaller of the two.
    lora_A: { weight: mul(lora_A.weight, scale) },
    lora_B,
  }));
}

/** A model of the same function without adapters: W + scale B A where a layer is adapted. All concrete. */
export function mergeLora(
  parameters: TransformerParameters,
  lora: LoraParameters,
  scale: number,
): TransformerParameters {
  return mapAdapted(parameters, lora, (weight, factors) => ({
    ...weight,
    weight: merged(weight.weight, factors, scale),
  }));
}

function merged(weight: Tensor, { lora_A, lora_B }: LoraFactors, scale: number): Tensor {
  const [rank, inputs] = lora_A.weight.shape as [number, number];
  const [a, b] = [lora_A.weight.data, lora_B.weight.data];
  const result = Float32Array.from(weight.data);
  const row = new Float64Array(inputs);
  for (let output = 0; output * inputs < result.length; output++) {
    row.fill(0);
    for (let component = 0; component < rank; component++) {
      const factor = scale * (b[output * rank + component] as number);
      if (factor === 0) continue;
      const start = component * inputs;
      for (let input = 0; input < inputs; input++)
        row[input] = (row[input] as number) + factor * (a[start + input] as number);
    }
    const start = output * inputs;
    for (let input = 0; input < inputs; input++)
      result[start + input] = (result[start + input] as number) + (row[input] as number);
  }
  return tensor(result, { shape: weight.shape });
}
