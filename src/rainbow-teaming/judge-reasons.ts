/** Why a judge decided as it did, in its own words, as far as they are kept with a prompt. Untrusted text. */
import type { JudgeScore, Verdict } from "../judges/judge.ts";

/** By what was judged; missing where the judge gave none. */
export interface JudgeReasons {
  /** Of the comparison with the prompt that stood in the cell. */
  readonly comparison?: string;
  readonly score?: string;
}

/** Characters that are kept of a reason: a model that was asked for a word may write a book. */
const longest = 2000;

/** What a judge said beside its decision, with the categories of a guard; undefined where that was nothing. */
export function reasonOf(told: Verdict | JudgeScore | undefined): string | undefined {
  const categories = told !== undefined && "categories" in told ? (told.categories ?? []) : [];
  const parts = [told?.reason?.trim() ?? "", categories.length === 0 ? "" : `categories: ${categories.join(", ")}`];
  const text = parts.filter((part) => part !== "").join("; ");
  if (text === "") return undefined;
  return text.length <= longest ? text : `${text.slice(0, longest).toWellFormed()} (cut)`;
}

/** Both reasons; undefined without any. */
export function judgeReasons(verdict: Verdict | undefined, score: JudgeScore | undefined): JudgeReasons | undefined {
  const [comparison, scored] = [reasonOf(verdict), reasonOf(score)];
  if (comparison === undefined && scored === undefined) return undefined;
  return { ...(comparison !== undefined && { comparison }), ...(scored !== undefined && { score: scored }) };
}
