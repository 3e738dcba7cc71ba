/**
 * What `illume learn` writes, read by Python: node benchmarks/real-training/check-written.ts MODEL (a folder or GGUF file).
 *
 * Teaches the model for three steps with LoRA on all linear layers, then compares the logits of PEFT (base and adapter;
 * merged) and of transformers (whole weights) with illume's. The peers' Python needs peft 0.19.1 beside requirements.txt.
 * The differences go to results/real-training-written.json; exit code 1 where a logit differs by more than 1e-3.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { writeFileAtomic } from "../../src/core/atomic-file.ts";
import { parseFineTuningConfiguration } from "../../src/fine-tuning/configuration.ts";
import { fineTune } from "../../src/fine-tuning/fine-tune.ts";
import { openTrainableModel } from "../../src/fine-tuning/open-trainable-model.ts";
import { openPretrained } from "../../src/language-models/pretrained/open-pretrained.ts";
import { outputLogits, type TransformerParameters, transformerHidden } from "../../src/nn/transformer.ts";
import { memoryRunStore } from "../../src/runs/memory-run-store.ts";
import { compile } from "../../src/tensor/compile.ts";
import { slice } from "../../src/tensor/operations/layout.ts";
import { type Tensor, tensor } from "../../src/tensor/tensor.ts";
import { pythonEnvironment } from "../python-environment.ts";

const allowed = 1e-3;
const [path = ""] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "illume-written-"));
try {
  const data = join(folder, "examples.jsonl");
  const lines = Array.from({ length: 6 }, (_, index) => ({
    prompt: `${index} + ${index} =`,
    completion: ` ${2 * index}`,
  }));
  writeFileSync(data, lines.map((line) => JSON.stringify(line)).join("\n"));
  const configuration = parseFineTuningConfiguration({
    model: `illume:${path}`,
    data,
    targets: ["all-linear"],
    batchSize: 2,
    maximumLength: 32,
    validation: 0,
    learningRate: 0.002,
    warmUp: 0,
  });
  const model = await openTrainableModel(configuration.model);
  const store = memoryRunStore({ configuration: {}, directory: join(folder, "run") });
  const result = await fineTune({ configuration, model, store });
  const base = join(folder, "base");
  await model.write(base, model.parameters);
  const tokens = [model.tokenizer.encode("The capital of France is the city of")];

  const learnt = await openPretrained(result.model as string);
  const run = compile((parameters: TransformerParameters, ids: Tensor) => {
    const hidden = transformerHidden(parameters, ids, learnt.shape);
    return outputLogits(parameters, slice(hidden, 1, -1));
  });
  const ours = (await run(learnt.parameters, tensor(tokens, { elementType: "int32" }))).data;
  await run.close();
  const script = fileURLToPath(new URL("check_written.py", import.meta.url));
  const { python } = pythonEnvironment((text) => console.error(text));
  const answered = spawnSync(python, [script, base, result.adapter as string, result.model as string], {
    input: JSON.stringify(tokens),
    encoding: "utf8",
    maxBuffer: 2 ** 30,
    stdio: ["pipe", "pipe", "inherit"],
  });
  const { versions, ...theirs } = JSON.parse(answered.stdout) as Record<string, number[][]>;
  const differences: Record<string, number> = {};
  for (const [name, rows] of Object.entries(theirs)) {
    const largest = rows
      .flat()
      .reduce((most, value, index) => Math.max(most, Math.abs(value - (ours[index] as number))), 0);
    differences[name] = largest;
    console.log(`${name}: largest difference of a logit ${largest.toExponential(2)}`);
    if (!(largest <= allowed)) process.exitCode = 1;
  }
  const record = {
    title: "Logits of what illume learn wrote, by PEFT and transformers: largest absolute differences from illume's",
    date: new Date().toISOString(),
    model: basename(path),
    versions,
    losses: store.metrics("training loss").map(({ value }) => value),
    allowed,
    differences,
  };
  const results = fileURLToPath(new URL("../results/real-training-written.json", import.meta.url));
  writeFileAtomic(results, `${JSON.stringify(record, null, 1)}\n`);
} finally {
  rmSync(folder, { recursive: true });
}
