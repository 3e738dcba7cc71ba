/** Where the published model is that a user names. */
import { existsSync, statSync } from "node:fs";
import { basename, resolve } from "node:path";
import { type DownloadModelOptions, downloadModel } from "../hub/download-model.ts";
import { isHubName } from "../hub/hub-name.ts";
import { shippedModelNames } from "../model-id.ts";

/** A published model that is on this machine. */
export interface LocatedModel {
  /** A folder or GGUF file for openPretrained. */
  readonly path: string;
  readonly name: string;
}

/** Models that are named without their organisation in illume's own examples. */
const shortNames = new Map([["SmolLM2-135M-Instruct", "HuggingFaceTB/SmolLM2-135M-Instruct"]]);

/** Whether locatePretrained finds, or fetches, a model of this name; nothing is fetched. */
export function isPublishedModel(name: string): boolean {
  return existsSync(name) ? isPublishedPath(name) : hubNameOf(name) !== undefined;
}

/**
 * A folder, a GGUF file, or a model of the Hugging Face Hub (ORG/REPO or ORG/REPO@REVISION, where no such path exists),
 * which is fetched where it is not here yet; SmolLM2-135M-Instruct is short for HuggingFaceTB/SmolLM2-135M-Instruct.
 * Undefined for anything else, such as illume's own model files.
 * @param name what follows "illume:"
 * Throws as downloadModel does.
 */
export async function locatePretrained(
  name: string,
  options: DownloadModelOptions = {},
): Promise<LocatedModel | undefined> {
  if (existsSync(name)) {
    return isPublishedPath(name)
      ? { path: resolve(name), name: basename(resolve(name)).replace(/\.gguf$/iu, "") }
      : undefined;
  }
  const hubName = hubNameOf(name);
  return hubName === undefined ? undefined : { path: await downloadModel(hubName, options), name: hubName };
}

function isPublishedPath(path: string): boolean {
  return statSync(path).isDirectory() || /\.gguf$/iu.test(path);
}

/** Names of shipped models, also misspelt ones ("grade-school/sed-1"), are not looked for elsewhere. */
function hubNameOf(name: string): string | undefined {
  const shipped = shippedModelNames().includes(name.split("/")[0] as string);
  const file = existsSync(`${name}.safetensors`) || /\.(safetensors|gguf)$/iu.test(name);
  const hubName = shortNames.get(name) ?? name;
  return shipped || file || !isHubName(hubName) ? undefined : hubName;
}
