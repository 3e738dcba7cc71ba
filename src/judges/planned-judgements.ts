/**
 * The most that judging may take, told before it starts: the judge is tried on a model that answers nothing readable, so
 * that no majority is settled early, and its questions are counted.
 */
import { RandomStream } from "../core/random.ts";
import type { PlannedCalls } from "../language-models/calls/call-estimate.ts";
import { promptTokensAtMost, textTokensAtMost } from "../language-models/calls/token-bounds.ts";
import type { LanguageModel, LanguageModelCapability } from "../language-models/language-model.ts";
import { ScriptedLanguageModel } from "../language-models/scripted-language-model.ts";
import { compareByScore } from "./compare-by-score.ts";
import type { Judge } from "./judge.ts";
import type { JudgeLabels } from "./labels.ts";
import { swappedPair } from "./votes.ts";

/** Pairs or items that are tried; the rest are taken to be like them. */
const tried = 50;

/**
 * Calls for measuring a judge by labels.
 *
 * @param judgeWith makes the judge with another model in place of its own
 * @param capabilities of its own model
 */
export async function plannedJudgements(
  judgeWith: (model: LanguageModel) => Judge,
  capabilities: ReadonlySet<LanguageModelCapability>,
  labels: JudgeLabels,
): Promise<PlannedCalls[]> {
  const model = new ScriptedLanguageModel({
    id: "estimate",
    answer: () => "",
    ...(capabilities.has("score") && { score: () => 0 }),
  });
  const judge = judgeWith(model);
  const random = new RandomStream(0, ["estimate"]);
  const total = labels.kind === "pairs" ? labels.pairs.length : labels.items.length;
  // Such a judge is refused by measureJudge, which says why.
  if (labels.kind === "scores" && !judge.capabilities.has("score")) return [];
  if (labels.kind === "scores") {
    await judge.score(
      labels.items.slice(0, tried).map(({ item }) => item),
      { random },
    );
  } else {
    const comparing = judge.capabilities.has("compare") ? judge : compareByScore({ judge });
    const pairs = labels.pairs.slice(0, tried).map(({ pair }) => pair);
    await comparing.compare([...pairs, ...pairs.map(swappedPair)], { random });
  }
  await judge.close();
  const factor = total / Math.min(tried, total);
  return model.calls.flatMap((call): PlannedCalls[] => {
    if (call.method === "generate") {
      const { prompts, samples = 1, maximumTokens } = call.options;
      const inputTokens = prompts.reduce((sum, prompt) => sum + promptTokensAtMost(prompt), 0) / prompts.length;
      return [{ calls: Math.ceil(factor * prompts.length * samples), inputTokens, maximumTokens }];
    }
    if (call.method !== "score") return [];
    const { items } = call.options;
    const tokens = items.reduce(
      (sum, { prompt, completion }) => sum + promptTokensAtMost(prompt) + textTokensAtMost(completion),
      0,
    );
    return [{ calls: Math.ceil(factor * items.length), inputTokens: tokens / items.length, maximumTokens: 0 }];
  });
}
