/**
 * LoRA adapters as Hugging Face's PEFT keeps them: a folder with adapter_config.json and adapter_model.safetensors, whose
 * tensors are called "base_model.model." and then as in lora.ts.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { writeFileAtomic } from "../../core/atomic-file.ts";
import { CorruptFileError } from "../../core/errors/corrupt-file-error.ts";
import { fileSystemFailure } from "../../core/errors/file-system-failure.ts";
import { UnsupportedCapabilityError } from "../../core/errors/unsupported-capability-error.ts";
import { makeFolder } from "../../core/make-folder.ts";
import { quotedText } from "../../core/quoted-text.ts";
import { treeFromFile } from "../../nn/checkpoint.ts";
import {
  type LoraOptions,
  type LoraParameters,
  loraSettings,
  loraTargets,
  loraTemplate,
  requireLoraTargets,
} from "../../nn/lora.ts";
import { readSafetensors, writeSafetensors } from "../../nn/safetensors.ts";
import type { TransformerParameters } from "../../nn/transformer.ts";
import { leavesOf } from "../../tensor/tree.ts";

const configurationName = "adapter_config.json";
const weightsName = "adapter_model.safetensors";
const prefix = "base_model.model.";

/** What an adapter's folder says of it. */
export interface PeftAdapterSettings extends Required<LoraOptions> {
  /** The model that it belongs to, as it was named when it was trained; "" where it does not say. */
  readonly baseModel: string;
}

/** An adapter as read. */
export interface PeftAdapter {
  readonly settings: PeftAdapterSettings;
  readonly lora: LoraParameters;
}

/** Whether a folder holds an adapter. */
export function isPeftAdapter(folder: string): boolean {
  return existsSync(join(folder, configurationName));
}

/** Writes an adapter; the weights are there in full before the configuration is. Throws StorageError. */
export function writePeftAdapter(
  folder: string,
  lora: LoraParameters,
  options: LoraOptions & { readonly baseModel?: string },
): void {
  const { rank, alpha, targets } = loraSettings(options);
  makeFolder(folder);
  const tensors = leavesOf(lora).map(
    ({ path, tensor }) => [`${prefix}${path}`, { shape: tensor.shape, data: tensor.data as Float32Array }] as const,
  );
  writeSafetensors(join(folder, weightsName), new Map(tensors), { metadata: new Map([["format", "pt"]]) });
  const configuration = {
    peft_type: "LORA",
    task_type: "CAUSAL_LM",
    base_model_name_or_path: options.baseModel ?? "",
    r: rank,
    lora_alpha: alpha,
    lora_dropout: 0,
    target_modules: targets,
    bias: "none",
    fan_in_fan_out: false,
    inference_mode: true,
    init_lora_weights: true,
    use_rslora: false,
    use_dora: false,
  };
  writeFileAtomic(join(folder, configurationName), `${JSON.stringify(configuration, null, 2)}\n`);
}

const configurationSchema = z.looseObject({
  peft_type: z.literal("LORA"),
  base_model_name_or_path: z.string().nullish(),
  r: z.number().int().min(1).max(65_536),
  lora_alpha: z.number().positive(),
  target_modules: z.union([z.literal("all-linear"), z.array(z.string()).min(1)]),
  use_rslora: z.boolean().nullish(),
});

/** Settings of PEFT that change the function and are not implemented, each with the values that leave it alone. */
const others: Readonly<Record<string, readonly unknown[]>> = {
  use_dora: [false],
  bias: ["none"],
  fan_in_fan_out: [false],
  lora_bias: [false],
  modules_to_save: [null],
  layers_to_transform: [null],
  rank_pattern: [{}],
  alpha_pattern: [{}],
  trainable_token_indices: [null],
  target_parameters: [null],
};

/**
 * What an adapter's configuration says. Throws StorageError where it cannot be read, CorruptFileError where it is none,
 * UnsupportedCapabilityError for what of PEFT is not implemented, UnknownNameError for layers that no Llama has.
 */
export function readPeftSettings(folder: string): PeftAdapterSettings {
  const path = join(folder, configurationName);
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    throw fileSystemFailure(error, "to read", path);
  }
  const configuration = parseConfiguration(text, path);
  for (const [name, harmless] of Object.entries(others)) {
    const value = configuration[name] ?? harmless[0];
    if (harmless.some((one) => JSON.stringify(one) === JSON.stringify(value))) continue;
    throw new UnsupportedCapabilityError({
      expected: `an adapter with ${name} ${JSON.stringify(harmless[0])}`,
      received: quotedText(JSON.stringify(value)),
      remedy: "merge it into its model with PEFT's merge_and_unload",
    });
  }
  const { r, lora_alpha, target_modules, use_rslora, base_model_name_or_path } = configuration;
  return {
    rank: r,
    // Rank-stabilised adapters divide by the root of the rank.
    alpha: use_rslora === true ? lora_alpha * Math.sqrt(r) : lora_alpha,
    targets: target_modules === "all-linear" ? loraTargets : requireLoraTargets(target_modules),
    baseModel: base_model_name_or_path ?? "",
  };
}

function parseConfiguration(text: string, path: string): z.output<typeof configurationSchema> {
  try {
    return configurationSchema.parse(JSON.parse(text));
  } catch (cause) {
    throw new CorruptFileError({
      expected: `the configuration of a LoRA adapter in ${quotedText(path, 1000)}`,
      received: quotedText(text.trim(), 60),
      remedy: "name a folder that PEFT or illume learn wrote",
      cause,
    });
  }
}

/** An adapter for a model. Throws as readPeftSettings, and CorruptFileError where its weights do not fit the model. */
export function readPeftAdapter(folder: string, parameters: TransformerParameters): PeftAdapter {
  const settings = readPeftSettings(folder);
  const path = join(folder, weightsName);
  const lora = treeFromFile(readSafetensors(path), loraTemplate(parameters, settings), path, prefix);
  return { settings, lora };
}
