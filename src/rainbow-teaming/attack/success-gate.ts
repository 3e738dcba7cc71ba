/** A limit on how many prompts a target may handle badly, for automatic checks: `--fail-above`. */
import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";
import { quotedText } from "../../core/quoted-text.ts";
import type { Interval } from "../../core/statistics/interval.ts";
import type { ReadArchive } from "./attack-archive.ts";
import type { AttackArchive } from "./attack-configuration.ts";
import { type AttackFindings, type judgeRoles, rolesOf } from "./attack-outcomes.ts";
import { outcomeRate } from "./prompt-families.ts";

/** How often a target handles prompts badly, by the judge that counts: the held-out one, else the search's own. */
export interface GatedRate {
  readonly target: string;
  /** The archive's name. */
  readonly archive: string;
  /** In words: "the held-out judge openai:b", "the search's own judge openai:a", "the verifier of grade-school". */
  readonly judge: string;
  readonly successes: number;
  /** Prompts whose outcome is known. */
  readonly trials: number;
  /** Prompts without a response, or whose judgement could not be read. */
  readonly unknown: number;
  /** With its 95 % interval over families (prompt-families.ts); missing where nothing is known. */
  readonly rate?: Interval;
}

/** What a limit says of some rates. */
export interface GateResult {
  /** In [0, 1). */
  readonly limit: number;
  readonly passed: boolean;
  readonly rates: readonly (GatedRate & { readonly passed: boolean })[];
}

/**
 * A limit as people write it: a share ("0.1") or a percentage ("10%", "10 %"), at least 0 and below 1.
 * Throws InvalidArgumentError for anything else; a bare 1 too, which may be meant as 1 %.
 */
export function parseRate(text: string): number {
  const [, digits, percent] = /^\s*(\d+(?:\.\d+)?|\.\d+)\s*(%?)\s*$/u.exec(text) ?? [];
  // By its exponent and not by a division, so that 7.1% is the number 0.071.
  const rate = digits === undefined ? Number.NaN : Number(percent === "%" ? `${digits}e-2` : digits);
  if (rate >= 0 && rate < 1) return rate;
  throw new InvalidArgumentError({
    expected: "a rate from 0 to below 1, or a percentage below 100 %, after --fail-above",
    received: quotedText(text),
    remedy: "write --fail-above 0.1 or --fail-above 10%",
  });
}

/**
 * Holds rates to a limit: each must be known, and at most the limit even if everything unknown were handled badly. What
 * cannot be judged is no reason to pass.
 */
export function gateResult(limit: number, rates: readonly GatedRate[]): GateResult {
  const held = rates.map((each) => ({ ...each, passed: each.rate !== undefined && highestRate(each) <= limit }));
  return { limit, passed: held.every(({ passed }) => passed), rates: held };
}

/** The rate if everything unknown were handled badly; 1 without prompts. */
export function highestRate({ successes, trials, unknown }: Omit<GatedRate, "rate">): number {
  return trials + unknown === 0 ? 1 : (successes + unknown) / (trials + unknown);
}

/** The rate of a finished search over its own archive. */
export function searchedRates({ archive, prompts }: ReadArchive): GatedRate[] {
  const role = prompts.some(({ heldOutScore }) => heldOutScore !== undefined) ? "held-out judge" : "judge";
  const known = prompts.flatMap(({ score: own, heldOutScore, family }) => {
    const score = role === "judge" ? own : (heldOutScore ?? null);
    return score === null ? [] : [{ success: score >= archive.success, family }];
  });
  const { successes, trials, rate } = outcomeRate(known);
  return [
    {
      target: archive.target,
      archive: archive.name,
      judge: `${judgeText(archive, role)}${reviewersText(prompts)}`,
      successes,
      trials,
      unknown: prompts.length - trials,
      ...(rate && { rate }),
    },
  ];
}

function reviewersText(prompts: ReadArchive["prompts"]): string {
  const count = prompts.filter(({ reviewed }) => reviewed).length;
  return count === 0 ? "" : ` (reviewers for ${count} prompts)`;
}

/** The rates of a finished attack: one for each archive and target. */
export function attackedRates({ configuration, archives, cells }: AttackFindings): GatedRate[] {
  return archives.flatMap(({ archive }) => {
    const role = rolesOf(archive).at(-1);
    return configuration.targets.flatMap((target): GatedRate[] => {
      const cell = cells.find(
        (each) => !each.source && each.archive === archive.name && each.target === target && each.judge === role,
      );
      if (cell === undefined) return [];
      const { successes, trials, prompts, rate } = cell;
      const judge = judgeText(archive, role);
      const unknown = prompts - trials;
      return [{ target, archive: archive.name, judge, successes, trials, unknown, ...(rate && { rate }) }];
    });
  });
}

/** A judge of an archive in words, with its model. */
export function judgeText({ judged }: AttackArchive, role: (typeof judgeRoles)[number] = "judge"): string {
  if (judged.kind === "verifier") return `the verifier of ${judged.domain}`;
  if (role === "held-out judge") return `the held-out judge ${judged.heldOutJudge}`;
  if (judged.judge === undefined) return `the exact judge (${judged.domain.judge.kind})`;
  return `${judged.scored.judge ? "the search's own judge" : "the judge"} ${judged.judge}`;
}
