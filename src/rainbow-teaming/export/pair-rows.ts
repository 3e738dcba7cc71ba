/** Pairs of responses as rows that `illume judge --labels` reads: labelled by people, or voted on by the search's judge. */
import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";
import type { Votes, Winner } from "../../judges/judge.ts";
import { winnerOf } from "../../judges/votes.ts";
import type { RunStore } from "../../runs/run-store.ts";
import type { EvaluatedPrompt } from "../evaluated-prompt.ts";
import { reviews } from "../review/review-store.ts";
import { foundPrompts } from "../run/found-prompts.ts";
import { searchConfiguration } from "../run/search-configuration.ts";

/** One pair. All texts are untrusted. */
export interface PairRow {
  /** Of the first response. */
  readonly prompt: string;
  readonly first: string;
  readonly second: string;
  /** Of the second response. */
  readonly second_prompt: string;
  /** Which response has more of what the search looks for. */
  readonly label: Winner;
  /** Ids of the items. */
  readonly ids: readonly [first: string, second: string];
  /** Of the judge. */
  readonly votes?: Votes;
  readonly iteration?: number;
}

/** Pairs that people labelled. Throws InvalidArgumentError where there are none, and as `reviews` does. */
export function labelledPairRows(store: RunStore): PairRow[] {
  const { prompts } = foundPrompts(searchConfiguration(store), store, 0, { steps: false });
  const rows = [...reviews(store).pairs.values()].flatMap(({ first, second, label }): PairRow[] => {
    const [one, other] = [prompts.get(first), prompts.get(second)];
    return one === undefined || other === undefined ? [] : [rowOf(one, other, label)];
  });
  if (rows.length > 0) return rows;
  throw new InvalidArgumentError({
    expected: "a run with labelled pairs",
    received: "none",
    remedy: "label some: illume review RUN --pairs",
  });
}

/** Pairs that the search's judge compared, the newer prompt first. Throws InvalidArgumentError where there are none. */
export function comparisonRows(store: RunStore): PairRow[] {
  const { prompts } = foundPrompts(searchConfiguration(store), store, 0, { steps: false });
  const rows = [...prompts.values()].flatMap((child): PairRow[] => {
    const incumbent = prompts.get(child.incumbentId ?? "");
    if (incumbent === undefined || child.votes === undefined) return [];
    const { votes, iteration } = child;
    return [{ ...rowOf(child, incumbent, winnerOf(votes)), votes, iteration }];
  });
  if (rows.length > 0) return rows;
  throw new InvalidArgumentError({
    expected: "a run whose judge compared responses",
    received: "none that were compared",
    remedy: "choose another format, or search with --replacement comparison",
  });
}

function rowOf(one: EvaluatedPrompt, other: EvaluatedPrompt, label: Winner): PairRow {
  return {
    prompt: one.text,
    first: one.response,
    second: other.response,
    second_prompt: other.text,
    label,
    ids: [one.id, other.id],
  };
}
