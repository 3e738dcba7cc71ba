/**
 * hf:ORG/REPO[:FILE] as a file on this machine, by node-llama-cpp's own resolver: downloaded once, resumed where a
 * download was broken off, and found without a network afterwards. Size and SHA-256 of what was downloaded are kept in
 * a file beside it, so that one that was changed or torn later is noticed.
 */
import { createHash } from "node:crypto";
import { createReadStream, existsSync, readFileSync, statSync } from "node:fs";
import { writeFileAtomic } from "../../core/atomic-file.ts";
import { CorruptFileError } from "../../core/errors/corrupt-file-error.ts";
import { StorageError } from "../../core/errors/storage-error.ts";
import { quotedText } from "../../core/quoted-text.ts";
import { withoutKeys } from "../endpoints/endpoint-failure.ts";
import type { LocalId } from "../model-id.ts";
import type { LlamaModule } from "./llama-types.ts";

export interface ResolveHubFileOptions {
  readonly modelsFolder?: string;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal;
  readonly onNotice?: (notice: string) => void;
}

/** Throws StorageError where the file is neither here nor to be had, CorruptFileError where it is not what was downloaded. */
export async function resolveHubFile(
  module: LlamaModule,
  { id, path }: LocalId,
  options: ResolveHubFileOptions,
): Promise<string> {
  const { modelsFolder, environment = process.env, signal, onNotice } = options;
  const token = environment.HF_TOKEN;
  let told = -1;
  let file: string;
  try {
    file = await module.resolveModelFile(hubUri(path), {
      cli: false,
      ...(modelsFolder === undefined ? {} : { directory: modelsFolder }),
      ...(token ? { tokens: { huggingFace: token } } : {}),
      ...(signal === undefined ? {} : { signal }),
      onProgress: ({ totalSize, downloadedSize }) => {
        const tenths = Math.floor((10 * downloadedSize) / Math.max(1, totalSize));
        if (tenths > told) onNotice?.(`${id}: ${tenths * 10} % of ${(totalSize / 2 ** 20).toFixed(0)} MB`);
        told = Math.max(told, tenths);
      },
    });
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error);
    throw new StorageError({
      expected: `the file of ${quotedText(id)} from Hugging Face, or downloaded before`,
      received: quotedText(withoutKeys(said, token ? [token] : []), 200),
      remedy: "check the name and the network; HF_TOKEN gives access to what is not public",
    });
  }
  await checkDownload(id, file);
  return file;
}

/** ORG/REPO, ORG/REPO:FILE.gguf and ORG/REPO:QUANTISATION as the resolver writes them. */
export function hubUri(path: string): string {
  const [, repository, file] = /^([^:/]+\/[^:/]+)[:/](.+)$/u.exec(path) ?? [];
  if (file === undefined) return `hf:${path}`;
  return `hf:${repository}${/\.gguf$/iu.test(file) ? "/" : ":"}${file}`;
}

/** What is kept beside a download. */
interface Download {
  readonly bytes: number;
  readonly sha256: string;
}

async function checkDownload(id: string, file: string): Promise<void> {
  const kept = `${file}.download.json`;
  const bytes = statSync(file).size;
  if (!existsSync(kept)) {
    const hash = createHash("sha256");
    for await (const part of createReadStream(file)) hash.update(part as Buffer);
    const download: Download = { bytes, sha256: hash.digest("hex") };
    writeFileAtomic(kept, `${JSON.stringify(download)}\n`);
    return;
  }
  const expected = bytesOf(readFileSync(kept, "utf8"));
  if (expected === bytes) return;
  throw new CorruptFileError({
    expected: `the ${expected ?? "known"} bytes of ${quotedText(id)} that were downloaded`,
    received: `${bytes} bytes in ${quotedText(file, 1000)}`,
    remedy: "delete the file and the one ending in .download.json beside it, and open the model again",
  });
}

function bytesOf(text: string): number | undefined {
  try {
    return (JSON.parse(text) as Partial<Download> | null)?.bytes;
  } catch {
    return undefined;
  }
}
