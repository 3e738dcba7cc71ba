/** Vectors of texts as /v1/embeddings gives them. */
import type { LanguageModel } from "../language-model.ts";
import type { EmbeddingRequest } from "./request-bodies.ts";

/** One vector a text. Throws what the model throws, UnsupportedCapabilityError where it does not embed. */
export async function embeddingsAnswer(model: LanguageModel, request: EmbeddingRequest): Promise<object> {
  const { texts, encoding } = request;
  const vectors = await model.embed(texts);
  const tokens = model.capabilities.has("tokenize")
    ? (await model.tokenize(texts)).reduce((sum, { length }) => sum + length, 0)
    : undefined;
  return {
    object: "list",
    data: vectors.map((vector, index) => ({
      object: "embedding",
      index,
      embedding: encoding === "base64" ? base64(vector) : [...vector],
    })),
    model: request.model,
    ...(tokens !== undefined && { usage: { prompt_tokens: tokens, total_tokens: tokens } }),
  };
}

/** 32-bit floats, little-endian, as OpenAI's clients read them. */
function base64(vector: Float32Array): string {
  const bytes = Buffer.alloc(vector.length * 4);
  vector.forEach((value, index) => {
    bytes.writeFloatLE(value, index * 4);
  });
  return bytes.toString("base64");
}
