/** anthropic:NAME, by the package @ai-sdk/anthropic. It has no seeds and no embeddings. */
import { requiredKey } from "./endpoint-key.ts";
import { type ProviderModel, type ProviderOptions, providerFetches } from "./endpoint-provider.ts";
import { optionalPackage } from "./optional-package.ts";

export const anthropicKeys = ["ANTHROPIC_API_KEY"] as const;

/** ANTHROPIC_BASE_URL may name another address. Throws MissingKeyError and MissingPackageError. */
export async function anthropicModel(name: string, options: ProviderOptions): Promise<ProviderModel> {
  const { createAnthropic } = await optionalPackage(() => import("@ai-sdk/anthropic"), {
    name: "@ai-sdk/anthropic",
    purpose: `anthropic:${name}`,
    install: "@ai-sdk/anthropic",
  });
  const apiKey = requiredKey(options.environment, anthropicKeys, `anthropic:${name}`);
  const baseURL = options.environment.ANTHROPIC_BASE_URL;
  const { text: fetch } = providerFetches(options);
  return {
    model: createAnthropic({ apiKey, fetch, ...(baseURL ? { baseURL } : {}) })(name),
    secrets: [apiKey],
    keyRemedy: "put a valid key into ANTHROPIC_API_KEY",
  };
}
