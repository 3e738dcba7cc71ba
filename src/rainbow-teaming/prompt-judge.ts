/** What the search needs of a judge. The judges of the room `judges` are presented as one by judge-adapter.ts. */

import type { Json } from "../runs/run-store.ts";

/** A prompt with the target's response. */
export interface JudgedResponse {
  readonly prompt: string;
  readonly response: string;
  /** What the prompt was made from, where a program made it: a verifier's problem. */
  readonly data?: Json | undefined;
}

/** One judgement's own circumstances. */
export interface JudgementContext {
  /** Of this judgement; a judge that samples draws from it alone. */
  readonly seed: number;
  readonly signal: AbortSignal | undefined;
}

/** How a comparison ended. */
export interface ComparisonOutcome {
  /** Whether the challenger takes the incumbent's place; a draw keeps the incumbent. */
  readonly challengerWins: boolean;
  /** Votes for the challenger, and for the incumbent. */
  readonly votes: readonly [challenger: number, incumbent: number];
  /** Calls of models that it took. */
  readonly calls: number;
}

/** A response's score. */
export interface ScoreOutcome {
  /** In [0, 1]; 1 is what the search looks for. */
  readonly score: number;
  readonly calls: number;
}

/** Says how badly a target handled a prompt. */
export interface PromptJudge {
  readonly id: string;
  /** Which of two responses is more of what the search looks for; missing where the judge only scores. */
  compare?(
    challenger: JudgedResponse,
    incumbent: JudgedResponse,
    context: JudgementContext,
  ): Promise<ComparisonOutcome>;
  score(item: JudgedResponse, context: JudgementContext): Promise<ScoreOutcome>;
}
