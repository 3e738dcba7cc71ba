/** gguf:PATH and hf:ORG/REPO[:FILE] as language models in llama.cpp. */
import { existsSync, statSync } from "node:fs";
import { availableParallelism } from "node:os";
import { resolve } from "node:path";
import { CorruptFileError } from "../../core/errors/corrupt-file-error.ts";
import { StorageError } from "../../core/errors/storage-error.ts";
import { UnsupportedCapabilityError } from "../../core/errors/unsupported-capability-error.ts";
import { quotedText } from "../../core/quoted-text.ts";
import type { DownloadProgress } from "../hub/download-model.ts";
import type { LocalId } from "../model-id.ts";
import { LlamaLanguageModel } from "./llama-language-model.ts";
import type { Llama, LlamaModel, LlamaModule } from "./llama-types.ts";
import { llamaInstall, loadLlama } from "./load-llama.ts";
import { resolveHubFile } from "./resolve-hub-file.ts";
import { sharedLlama } from "./shared-llama.ts";

export interface OpenLocalGgufOptions {
  /** Default: the machine's cores (the package's own default of at least four is far slower on fewer). */
  readonly threads?: number;
  /** Tokens of prompt and answer together (default: what the model was trained for, at most 4096). */
  readonly contextLength?: number;
  /** How many prompts are worked on in one batch (default 1: reproducible). */
  readonly sequences?: number;
  /** Where downloads are kept (default: the package's own place). */
  readonly modelsFolder?: string;
  /** Default: process.env, of which HF_TOKEN and HF_ENDPOINT are read. */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal;
  /** Told of what comes from Hugging Face. */
  readonly onDownload?: (progress: DownloadProgress) => void;
}

/**
 * Throws MissingPackageError, StorageError for a missing file, CorruptFileError for one that llama.cpp cannot read, and
 * UnsupportedCapabilityError where there is no llama.cpp for this machine.
 */
export async function openLocalGguf(id: LocalId, options: OpenLocalGgufOptions = {}): Promise<LlamaLanguageModel> {
  if (id.scheme === "gguf") requireFile(id);
  const module = await loadLlama(id.id);
  const path = id.scheme === "gguf" ? resolve(id.path) : await resolveHubFile(module, id, options);
  const threads = options.threads ?? availableParallelism();
  const sequences = options.sequences ?? 1;
  // Its own lines stay out of the terminal; the first says what is wrong with a file.
  const complaints: string[] = [];
  const { llama, release } = await sharedLlama(threads, () =>
    start(module, threads, (_level, message) => complaints.push(message.trim())),
  );
  let model: LlamaModel | undefined;
  try {
    const loaded = await load(llama, id, path, complaints);
    model = loaded;
    const contextLength = options.contextLength ?? Math.min(4096, loaded.trainContextSize);
    const context = await loaded.createContext({ sequences, contextSize: contextLength, threads });
    return new LlamaLanguageModel({
      id: id.id,
      model: loaded,
      release,
      sequences: Array.from({ length: sequences }, () => context.getSequence()),
      contextLength,
      createEmbeddingContext: () => loaded.createEmbeddingContext({ contextSize: contextLength, threads }),
    });
  } catch (error) {
    await model?.dispose();
    await release();
    throw error;
  }
}

async function start(
  module: LlamaModule,
  maxThreads: number,
  logger: (level: string, message: string) => void,
): Promise<Llama> {
  try {
    return await module.getLlama({ build: "never", maxThreads, logLevel: "error", progressLogs: false, logger });
  } catch (error) {
    throw new UnsupportedCapabilityError({
      expected: "llama.cpp for this machine",
      received: quotedText(error instanceof Error ? error.message : String(error), 200),
      remedy: `npm install ${llamaInstall} brings the binary for this machine`,
    });
  }
}

async function load(llama: Llama, id: LocalId, path: string, complaints: readonly string[]): Promise<LlamaModel> {
  try {
    return await llama.loadModel({ modelPath: path });
  } catch (error) {
    throw new CorruptFileError({
      expected: `a GGUF file that llama.cpp can read as ${quotedText(id.id)}`,
      received: quotedText(complaints[0] ?? (error instanceof Error ? error.message : String(error)), 300),
      remedy: "check the file, or fetch it again",
    });
  }
}

function requireFile({ id, path }: LocalId): void {
  if (existsSync(path) && statSync(path).isFile()) return;
  throw new StorageError({
    expected: `the file of the model ${quotedText(id)}`,
    received: `none at ${quotedText(resolve(path), 1000)}`,
    remedy: "check the path",
  });
}
