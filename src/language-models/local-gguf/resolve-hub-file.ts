/**
 * hf:ORG/REPO[:FILE] as a file on this machine, by node-llama-cpp's own resolver: downloaded once, resumed where a
 * download was broken off, and found without a network afterwards. Size and SHA-256 of what was downloaded are kept in
 * a file beside it, so that one that was changed or torn later is noticed. HF_ENDPOINT names another Hub.
 */
import { existsSync, readFileSync, rmSync, statSync } from "node:fs";
import { writeFileAtomic } from "../../core/atomic-file.ts";
import { CorruptFileError } from "../../core/errors/corrupt-file-error.ts";
import { StorageError } from "../../core/errors/storage-error.ts";
import { quotedText } from "../../core/quoted-text.ts";
import { withoutKeys } from "../endpoints/endpoint-failure.ts";
import type { DownloadProgress } from "../hub/download-model.ts";
import type { LocalId } from "../model-id.ts";
import { rememberedHash } from "../pretrained/conversion-cache.ts";
import { FileSlices } from "../pretrained/file-slices.ts";
import type { LlamaModule } from "./llama-types.ts";

export interface ResolveHubFileOptions {
  readonly modelsFolder?: string;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  readonly signal?: AbortSignal;
  /** Where checksums are remembered, so that files are not read anew (default: cacheFolder()). */
  readonly cache?: string;
  readonly onDownload?: (progress: DownloadProgress) => void;
}

/** Throws StorageError where the file is neither here nor to be had, CorruptFileError where it is not what was downloaded. */
export async function resolveHubFile(
  module: LlamaModule,
  { id, path }: LocalId,
  options: ResolveHubFileOptions,
): Promise<string> {
  const { modelsFolder, environment = process.env, signal, cache, onDownload } = options;
  const token = environment.HF_TOKEN;
  const hubUrl = environment.HF_ENDPOINT;
  let file: string;
  let fetched = false;
  try {
    file = await module.resolveModelFile(hubUri(path), {
      cli: false,
      ...(modelsFolder === undefined ? {} : { directory: modelsFolder }),
      ...(token ? { tokens: { huggingFace: token } } : {}),
      ...(hubUrl ? { endpoints: { huggingFace: hubUrl } } : {}),
      ...(signal === undefined ? {} : { signal }),
      onProgress: ({ totalSize, downloadedSize }) => {
        fetched = true;
        onDownload?.({ file: path, bytes: downloadedSize, totalBytes: totalSize });
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
  // The resolver takes any answer for the file, that of a login page too.
  if (fetched) requireGguf(id, file);
  checkDownload(id, file, cache);
  return file;
}

function requireGguf(id: string, file: string): void {
  const slices = new FileSlices(file);
  const beginning = Buffer.from(slices.read(0, Math.min(15, slices.size))).toString("latin1");
  slices.close();
  if (beginning.startsWith("GGUF")) return;
  rmSync(file);
  throw new StorageError({
    expected: `a GGUF file for ${quotedText(id)} from Hugging Face`,
    received: /^\s*<(!doctype|html)/iu.test(beginning) ? "a page of HTML" : "something else",
    remedy: "log in where the network asks for it, and check HF_ENDPOINT; what came was removed",
  });
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

function checkDownload(id: string, file: string, cache: string | undefined): void {
  const kept = `${file}.download.json`;
  const found: Download = { bytes: statSync(file).size, sha256: rememberedHash(file, cache) };
  if (!existsSync(kept)) {
    writeFileAtomic(kept, `${JSON.stringify(found)}\n`);
    return;
  }
  const expected = keptDownload(readFileSync(kept, "utf8"));
  if (expected?.bytes === found.bytes && expected.sha256 === found.sha256) return;
  throw new CorruptFileError({
    expected: `the ${expected?.bytes ?? "known"} bytes of ${quotedText(id)} that were downloaded`,
    received: `${expected?.bytes === found.bytes ? "others" : `${found.bytes} bytes`} in ${quotedText(file, 1000)}`,
    remedy: "delete the file and the one ending in .download.json beside it, and open the model again",
  });
}

function keptDownload(text: string): Partial<Download> | undefined {
  try {
    return (JSON.parse(text) as Partial<Download> | null) ?? undefined;
  } catch {
    return undefined;
  }
}
