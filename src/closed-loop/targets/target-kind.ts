/** What a model's id alone says of how the loop deals with it. */
import { parseModelId } from "../../language-models/model-id.ts";
import { isPublishedModel } from "../../language-models/pretrained/locate-pretrained.ts";

/**
 * "own": a file of illume's, for one domain; all its weights are taught. "published": a model of the Llama family that
 * illume's engine runs; adapters are taught. "elsewhere": one that is only asked, such as an endpoint.
 */
export type TargetKind = "own" | "published" | "elsewhere";

/** The kind of a model. Throws as parseModelId does. */
export function targetKind(id: string): TargetKind {
  const { scheme, ...rest } = parseModelId(id);
  if (scheme !== "illume") return "elsewhere";
  return isPublishedModel((rest as { readonly path: string }).path) ? "published" : "own";
}
