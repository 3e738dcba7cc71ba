/** google:NAME, Gemini by the package @ai-sdk/google. */
import { requiredKey } from "./endpoint-key.ts";
import { type ProviderModel, type ProviderOptions, providerFetches } from "./endpoint-provider.ts";
import { optionalPackage } from "./optional-package.ts";

export const googleKeys = ["GOOGLE_GENERATIVE_AI_API_KEY", "GEMINI_API_KEY", "GOOGLE_API_KEY"] as const;

/** GOOGLE_GENERATIVE_AI_BASE_URL may name another address. Throws MissingKeyError and MissingPackageError. */
export async function googleModel(
  name: string,
  embeddingName: string | undefined,
  options: ProviderOptions,
): Promise<ProviderModel> {
  const { createGoogleGenerativeAI } = await optionalPackage(() => import("@ai-sdk/google"), {
    name: "@ai-sdk/google",
    purpose: `google:${name}`,
    install: "@ai-sdk/google",
  });
  const apiKey = requiredKey(options.environment, googleKeys, `google:${name}`);
  const baseURL = options.environment.GOOGLE_GENERATIVE_AI_BASE_URL;
  const fetches = providerFetches(options);
  const settings = { apiKey, ...(baseURL ? { baseURL } : {}) };
  return {
    model: createGoogleGenerativeAI({ ...settings, fetch: fetches.text })(name),
    ...(embeddingName === undefined
      ? {}
      : {
          embeddingModel: createGoogleGenerativeAI({ ...settings, fetch: fetches.vectors }).embeddingModel(
            embeddingName,
          ),
        }),
    secrets: [apiKey],
    keyRemedy: `put a valid key into ${googleKeys[0]}`,
  };
}
