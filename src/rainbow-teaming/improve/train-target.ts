/** Teaching the target here, by fine-tuning in a run of its own, or writing what is needed to teach it elsewhere. */
import { chmodSync } from "node:fs";
import { join, relative } from "node:path";
import { writeFileAtomic } from "../../core/atomic-file.ts";
import type { FineTuningConfiguration } from "../../fine-tuning/configuration.ts";
import { parseFineTuningConfiguration } from "../../fine-tuning/configuration.ts";
import { fineTuningCommand, resultKey } from "../../fine-tuning/curves.ts";
import { type FineTuningResult, fineTune } from "../../fine-tuning/fine-tune.ts";
import { parseModelId } from "../../language-models/model-id.ts";
import { isPublishedModel } from "../../language-models/pretrained/locate-pretrained.ts";
import type { Json } from "../../runs/run-store.ts";
import type { ImprovementConfiguration } from "./improvement-configuration.ts";
import type { ImprovementContext } from "./improvement-context.ts";
import { learningFolder, openPart } from "./improvement-parts.ts";
import { lessonFiles } from "./training-rows.ts";

/** Whether illume can train a model of this id at all; what its file is shows when it is opened. */
export function trainsHere(id: string): boolean {
  const { scheme } = parseModelId(id);
  return scheme === "illume" || scheme === "gguf";
}

/** The trained model's id. Throws as fineTune and openTrainable. */
export async function trainHere(context: ImprovementContext): Promise<string> {
  const { configuration, store, options } = context;
  const { target } = configuration.search;
  const folder = learningFolder(store.directory);
  context.checkInterrupted();
  await options.releaseModels?.();
  const model = await options.openTrainable(target);
  const settings = fineTuningSettings(configuration, store.directory, model.tokenizer.encodeChat !== undefined);
  const part = openPart({
    store,
    folder,
    name: "learning",
    configuration: settings as unknown as Json,
    state: { command: fineTuningCommand },
  });
  try {
    const done = part.state(resultKey) as unknown as FineTuningResult | undefined;
    const result =
      done ??
      (await fineTune({
        // The optimiser's settings may have changed since the training was begun.
        configuration: settings,
        model,
        store: part,
        ...(options.signal && { signal: options.signal }),
        onProgress: ({ done: steps, total, message }) =>
          options.onProgress?.({ phase: "learn", done: steps, total, ...(message !== undefined && { message }) }),
      }));
    if (done === undefined) for (const { payload } of part.events("phase")) store.appendEvent("phase", payload);
    return `illume:${(result.model ?? result.adapter) as string}`;
  } finally {
    part.close();
  }
}

/** @param chats whether the target has a chat template */
export function fineTuningSettings(
  { search, lessons, learning }: ImprovementConfiguration,
  directory: string,
  chats: boolean,
): FineTuningConfiguration {
  const files = lessonFiles(directory);
  const parsed = parseModelId(search.target);
  return parseFineTuningConfiguration({
    ...learning,
    model: search.target,
    data: chats ? files.trl : files.plain,
    objective: lessons === "preferences" ? "preferences" : "supervised",
    // An adapter of a published model is a model by itself; one of illume's own models is not.
    merged: !("path" in parsed && isPublishedModel(parsed.path)),
    seed: search.seed,
    threads: search.threads,
  });
}

/** Commands that train a target elsewhere on the lessons of the run in `directory`. */
export interface TrainingCommands {
  /** Scripts in the run's folder. */
  readonly openAi: string;
  readonly trl: string;
}

/** Writes a script for OpenAI's fine-tuning and one for TRL beside the lessons. Throws StorageError. */
export function writeTrainingScripts({ configuration, store }: ImprovementContext): TrainingCommands {
  const files = lessonFiles(store.directory);
  const folder = join(store.directory, "lessons");
  const scripts = { openAi: join(folder, "train-with-openai.sh"), trl: join(folder, "train-with-trl.sh") };
  const { target } = configuration.search;
  const parsed = parseModelId(target);
  const name = "name" in parsed ? parsed.name : undefined;
  const inFolder = (path: string) => relative(folder, path);
  write(scripts.openAi, openAiScript(configuration, name, inFolder(files.openAi)));
  write(scripts.trl, trlScript(configuration, name, inFolder(files.trlFolder)));
  return scripts;
}

function write(path: string, text: string): void {
  writeFileAtomic(path, text);
  chmodSync(path, 0o755);
}

const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
const header = `#!/bin/sh
set -eu
cd "$(dirname "$0")"
`;

/** Of an application, illume does not know which model is behind it. */
function baseModel(name: string | undefined): string {
  return `MODEL=\${MODEL:${name === undefined ? "?set MODEL to the base model" : `-${quoted(name)}`}}`;
}

function openAiScript(
  { lessons, learning }: ImprovementConfiguration,
  model: string | undefined,
  file: string,
): string {
  const hyperparameters = JSON.stringify({ n_epochs: learning.epochs });
  const method =
    lessons === "preferences"
      ? `{"type": "dpo", "dpo": {"hyperparameters": ${hyperparameters}}}`
      : `{"type": "supervised", "supervised": {"hyperparameters": ${hyperparameters}}}`;
  return `${header}# Uploads the lessons to OpenAI and starts a job. OPENAI_API_KEY must be set; MODEL may name another base model.
${baseModel(model)}
[ "$(wc -l < ${quoted(file)})" -ge 10 ] || { echo "OpenAI takes files of at least 10 lessons: search longer" >&2; exit 1; }
FILE=$(curl --fail --silent --show-error https://api.openai.com/v1/files \\
  -H "Authorization: Bearer $OPENAI_API_KEY" -F purpose=fine-tune -F file=@${quoted(file)} \\
  | sed -n 's/.*"id": *"\\(file-[^"]*\\)".*/\\1/p' | head -n 1)
curl --fail --silent --show-error https://api.openai.com/v1/fine_tuning/jobs \\
  -H "Authorization: Bearer $OPENAI_API_KEY" -H "Content-Type: application/json" \\
  -d '{"model": "'"$MODEL"'", "training_file": "'"$FILE"'", "method": ${method}}'
`;
}

function trlScript({ lessons, learning }: ImprovementConfiguration, model: string | undefined, folder: string): string {
  const { rank, alpha = 2 * rank, epochs, batchSize, learningRate } = learning;
  const command = lessons === "preferences" ? "dpo" : "sft";
  const rate = learningRate ?? (lessons === "preferences" ? 2e-5 : 2e-4);
  return `${header}# Trains adapters with TRL (pip install "trl[peft]"). MODEL is a folder or a name on Hugging Face's Hub.
${baseModel(model)}
trl ${command} --model_name_or_path "$MODEL" --dataset_name ${quoted(`./${folder}`)} --output_dir ./trained \\
  --num_train_epochs ${epochs} --per_device_train_batch_size ${batchSize} --learning_rate ${rate} \\
  --use_peft --lora_r ${rank} --lora_alpha ${alpha} --lora_target_modules all-linear --report_to none
`;
}
