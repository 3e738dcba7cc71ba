/** Models from the Hugging Face Hub, by @huggingface/hub: fetched once, checked, and used offline afterwards. */
import { createHash } from "node:crypto";
import fs from "node:fs";
import { join } from "node:path";
import { listFiles, modelInfo } from "@huggingface/hub";
import { writeFileAtomic } from "../../core/atomic-file.ts";
import { UnsupportedCapabilityError } from "../../core/errors/unsupported-capability-error.ts";
import { makeFolder } from "../../core/make-folder.ts";
import { quotedText } from "../../core/quoted-text.ts";
import { cacheFolder } from "../pretrained/conversion-cache.ts";
import { fetchFile, type HubFile } from "./fetch-file.ts";
import { type HubRequest, hubFailure, hubFetch } from "./hub-failure.ts";
import { parseHubName } from "./hub-name.ts";

/** How much of a file is here. */
export interface DownloadProgress {
  /** Its name on the Hub. */
  readonly file: string;
  readonly bytes: number;
  readonly totalBytes: number;
}

/** Where to keep a model, and how to fetch it. */
export interface DownloadModelOptions {
  /** Where models are kept (default: cacheFolder()). */
  readonly cache?: string;
  /** HF_TOKEN and HF_ENDPOINT are read from it (default: the process's). */
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** See fetchFile. */
  readonly patience?: number;
  /** Told of each file as it comes. */
  readonly onProgress?: (progress: DownloadProgress) => void;
}

/** Files that openPretrained reads; nothing else is fetched. */
const wantedNames = new Set([
  "config.json",
  "generation_config.json",
  "tokenizer.json",
  "tokenizer_config.json",
  "chat_template.jinja",
  "model.safetensors.index.json",
]);
const wholeWeights = "model.safetensors";
const shard = /^model-\d{5}-of-\d{5}\.safetensors$/u;

/**
 * The folder of a model, for openPretrained. A revision that was fetched in full is never asked for again, so that it
 * works offline and stays what it is; delete its folder to fetch a branch anew.
 * @param name ORG/REPO or ORG/REPO@REVISION (default: main)
 *
 * Throws InvalidArgumentError for a name, revision or permission that does not exist, UnsupportedCapabilityError for a
 * repository without safetensors, CorruptFileError for a wrong checksum, StorageError where network or disk fail.
 */
export async function downloadModel(name: string, options: DownloadModelOptions = {}): Promise<string> {
  const { repository, revision } = parseHubName(name);
  const { cache = cacheFolder(), environment = process.env } = options;
  const folder = join(cache, "hub", repository.replace("/", "--"));
  // Branches may have slashes and letters that differ in case only.
  const note = join(folder, "revisions", createHash("sha256").update(revision).digest("hex").slice(0, 32));
  const known = fs.existsSync(note) ? fs.readFileSync(note, "utf8") : undefined;
  if (known !== undefined && isCommit(known) && fs.existsSync(join(folder, known))) return join(folder, known);

  const token = environment.HF_TOKEN === "" ? undefined : environment.HF_TOKEN;
  const hubUrl = (environment.HF_ENDPOINT || "https://huggingface.co").replace(/\/+$/u, "");
  const request: HubRequest = { name, hubUrl, withToken: token !== undefined };
  const access = { hubUrl, fetch: hubFetch, ...(token !== undefined && { accessToken: token }) };
  const { commit, files } = await describe(repository, revision, access, request);
  const snapshot = join(folder, commit);
  if (!fs.existsSync(snapshot)) {
    const unfinished = join(folder, `.${commit}.unfinished`);
    for (const file of files) {
      const target = join(unfinished, file.path);
      if (fs.existsSync(target)) continue;
      await fetchFile({
        file,
        target,
        repository,
        revision: commit,
        request,
        ...(token !== undefined && { token }),
        ...(options.patience !== undefined && { patience: options.patience }),
        onProgress: (bytes) => options.onProgress?.({ file: file.path, bytes, totalBytes: file.bytes }),
      });
    }
    fs.renameSync(unfinished, snapshot);
  }
  makeFolder(join(folder, "revisions"));
  writeFileAtomic(note, commit);
  return snapshot;
}

type Access = { readonly hubUrl: string; readonly fetch: typeof fetch; readonly accessToken?: string };

/** The commit of a revision, and the files of it that are wanted. */
async function describe(
  repository: string,
  revision: string,
  access: Access,
  request: HubRequest,
): Promise<{ commit: string; files: HubFile[] }> {
  const found = new Map<string, HubFile>();
  let commit: string;
  try {
    ({ sha: commit } = await modelInfo({ name: repository, revision, additionalFields: ["sha"], ...access }));
    if (!isCommit(commit)) throw new Error(`${String(commit).slice(0, 60)} as the commit`);
    for await (const entry of listFiles({ repo: { type: "model", name: repository }, revision: commit, ...access })) {
      if (entry.type !== "file" || !isWanted(entry.path)) continue;
      const size = entry.lfs?.size ?? entry.size;
      if (!Number.isSafeInteger(size) || size < 0) throw new Error("a file without size");
      found.set(entry.path, {
        path: entry.path,
        bytes: size,
        ...(entry.lfs === undefined ? entry.oid !== undefined && { gitHash: entry.oid } : { sha256: entry.lfs.oid }),
      });
    }
  } catch (error) {
    throw hubFailure(error, request);
  }
  const weights = [...found.keys()].some((path) => path.endsWith(".safetensors"));
  if (!weights || !found.has("config.json") || !found.has("tokenizer.json")) {
    throw new UnsupportedCapabilityError({
      expected: `config.json, tokenizer.json and safetensors files in ${quotedText(repository)}`,
      received: found.size === 0 ? "none of them" : `only ${[...found.keys()].sort().join(", ")}`,
      remedy: "name a repository with the original weights; for one with GGUF files use hf:ORG/REPO",
    });
  }
  // One whole file is enough where both are there.
  const chosen = [...found.values()].filter(({ path }) => !(found.has(wholeWeights) && isShardFile(path)));
  return { commit, files: chosen };
}

function isShardFile(path: string): boolean {
  return shard.test(path) || path === "model.safetensors.index.json";
}

function isWanted(path: string): boolean {
  return wantedNames.has(path) || path === wholeWeights || shard.test(path);
}

function isCommit(text: unknown): text is string {
  return typeof text === "string" && /^[0-9a-f]{40}$/u.test(text);
}

/** Whether all of a model was fetched, so that it can be opened offline. */
export function isDownloaded(name: string, cache: string = cacheFolder()): boolean {
  const { repository, revision } = parseHubName(name);
  const folder = join(cache, "hub", repository.replace("/", "--"));
  const note = join(folder, "revisions", createHash("sha256").update(revision).digest("hex").slice(0, 32));
  return fs.existsSync(note);
}
