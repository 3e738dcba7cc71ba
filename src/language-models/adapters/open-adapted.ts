/** A model with an adapter in PEFT's format merged into it. */
import { UnsupportedCapabilityError } from "../../core/errors/unsupported-capability-error.ts";
import { quotedText } from "../../core/quoted-text.ts";
import { loraScale, mergeLora } from "../../nn/lora.ts";
import type { TransformerParameters } from "../../nn/transformer.ts";
import { readPeftAdapter, readPeftSettings } from "./peft-adapter.ts";

/**
 * The model that an adapter's folder says it belongs to, with the adapter merged into its weights.
 * @param open opens the base model by its path or its name on the Hub; undefined where there is none
 * Throws as readPeftAdapter and `open`, and UnsupportedCapabilityError where the base model is not named or not here.
 */
export async function openAdapted<Model extends { readonly parameters: TransformerParameters }>(
  folder: string,
  open: (base: string) => Promise<Model | undefined>,
): Promise<Model> {
  const { baseModel } = readPeftSettings(folder);
  const base = baseModel === "" ? undefined : await open(baseModel);
  if (base === undefined) {
    throw new UnsupportedCapabilityError({
      expected: `the model that the adapter in ${quotedText(folder, 1000)} belongs to`,
      received: baseModel === "" ? "no name of it" : `${quotedText(baseModel)}, which is not here`,
      remedy: "write its path as base_model_name_or_path in adapter_config.json, or name whole weights",
    });
  }
  const { lora, settings } = readPeftAdapter(folder, base.parameters);
  return { ...base, parameters: mergeLora(base.parameters, lora, loraScale(settings)) };
}
