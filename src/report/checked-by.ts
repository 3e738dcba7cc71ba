/** Who has checked what a search found: a judge that took no part in it, people, or nobody but its own judge. */
import type { AttackConfiguration } from "../rainbow-teaming/attack/attack-configuration.ts";
import { type HeldOutScores, heldOutRead } from "../rainbow-teaming/run/held-out-scores.ts";
import type { SearchConfiguration } from "../rainbow-teaming/run/search-configuration.ts";
import type { StandingView } from "./view-model.ts";

/** What was checked of a search's archive. */
export interface CheckedSearch {
  readonly configuration: Pick<SearchConfiguration, "judge" | "heldOutJudge">;
  /** Prompts that the archive keeps. */
  readonly kept: number;
  readonly heldOut: HeldOutScores | undefined;
  /** Prompts of the archive that people accepted, corrected or rejected. */
  readonly reviewed: number;
}

/** Whether a judge other than the search's own has scored the archive. */
export function isCheckedByJudge({ configuration, heldOut }: Omit<CheckedSearch, "kept" | "reviewed">): boolean {
  return heldOut !== undefined && configuration.heldOutJudge !== configuration.judge;
}

export function searchStanding(search: CheckedSearch): StandingView {
  const { configuration, kept, heldOut, reviewed } = search;
  const people = reviewed === 0 ? "" : `people looked at ${reviewed} of ${kept}`;
  const isChecked = isCheckedByJudge(search);
  if (isChecked) {
    const read = heldOutRead(heldOut).read.length;
    return {
      word: people === "" ? "Checked by a held-out judge" : "Checked by a held-out judge and people",
      explanation: `a judge that took no part in the search scored ${read} of ${kept} prompts of the archive${people === "" ? "" : `, and ${people}`}.`,
    };
  }
  if (people !== "") {
    return {
      word: "Checked by people",
      explanation: `${people} prompts of the archive; no held-out judge scored them.`,
    };
  }
  return configuration.judge === undefined
    ? {
        word: "Judged by an exact rule",
        explanation: "the domain's own rule says what is handled badly; nobody else has looked.",
      }
    : {
        word: "Judged by the search's judge alone",
        explanation:
          "neither a held-out judge nor people have looked at what it calls handled badly, and a search finds its judge's mistakes too.",
      };
}

/** Of an attack: by whom the responses of all its archives were judged. */
export function attackStanding({ archives }: Pick<AttackConfiguration, "archives">): StandingView & {
  readonly isChecked: boolean;
} {
  const isExact = ({ judged }: (typeof archives)[number]) => judged.kind === "verifier";
  if (archives.every(isExact)) {
    return {
      isChecked: true,
      word: "Judged by an exact verifier",
      explanation: "answers are right or wrong; no model says so.",
    };
  }
  const isChecked = archives.every(
    ({ judged }) =>
      judged.kind === "verifier" || (judged.heldOutJudge !== undefined && judged.heldOutJudge !== judged.judge),
  );
  return isChecked
    ? {
        isChecked,
        word: "Checked by a held-out judge",
        explanation: "a judge that did not choose the prompts scored the responses too.",
      }
    : {
        isChecked,
        word: "Judged by one judge alone",
        explanation:
          "no held-out judge has looked at what it calls handled badly, and prompts were chosen by its mistakes too.",
      };
}
