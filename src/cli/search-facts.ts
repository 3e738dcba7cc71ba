/** What a search over prompts has found so far, for the line of progress: what is not known is in neither number. */
import type { PromptArchiveStatistics } from "../rainbow-teaming/prompt-archive.ts";
import { percentage, wholeNumber } from "./terminal/numbers.ts";

/** "handled badly 50 %", "6 of 12 cells not known", "fitness 0.52"; nothing of an empty archive. */
export function searchFacts({
  filledCells,
  unscoredCells,
  meanFitness,
  successRate,
}: PromptArchiveStatistics): readonly string[] {
  const isKnown = unscoredCells < filledCells;
  return [
    ...(isKnown ? [`handled badly ${percentage(successRate, 0)} %`] : []),
    ...(unscoredCells === 0 ? [] : [`${wholeNumber(unscoredCells)} of ${wholeNumber(filledCells)} cells not known`]),
    ...(isKnown ? [`fitness ${meanFitness.toFixed(2)}`] : []),
  ];
}
