/** Why a sample ended, in the AI SDK's words and in ours. */
import type { LanguageModelV4FinishReason } from "@ai-sdk/provider";
import type { FinishReason } from "../language-model.ts";

type Unified = LanguageModelV4FinishReason["unified"];

const ours: Readonly<Record<Unified, FinishReason>> = {
  stop: "stop",
  length: "length",
  "content-filter": "refusal",
  error: "error",
  // The text may lack its end.
  interrupted: "error",
  "tool-calls": "other",
  other: "other",
};

export function fromAiSdkFinishReason(reason: Unified): FinishReason {
  // A provider may know more reasons than this version of the interface.
  return ours[reason] ?? "other";
}

export function toAiSdkFinishReason(reason: FinishReason): LanguageModelV4FinishReason {
  return { unified: reason === "refusal" ? "content-filter" : reason, raw: undefined };
}
