/** An improvement on prompts in one sentence, and the remarks that its numbers need. */
import { type ImprovementComparison, toleratedLoss, toleratedSilence } from "./improvement-comparisons.ts";
import { improvementStanding } from "./improvement-standing.ts";
import type { ImprovementFacts } from "./improvement-view.ts";
import { hundredthsText, pointsText } from "./number-text.ts";
import type { Interval, ReportViewModel } from "./view-model.ts";

type Verdict = Pick<ReportViewModel, "verdict" | "verdictTone" | "standing" | "notes">;

export function improvementVerdict(facts: ImprovementFacts): Verdict {
  const { comparisons, configuration, trained, learnsOnly, taught } = facts;
  const notes = notesOf(facts);
  if (learnsOnly) return { ...learnt(facts), notes };
  const of = (part: ImprovementComparison["part"]) => comparisons.filter((each) => each.part === part);
  const [heldOut, renewed, ordinary] = [of("held-out archives"), of("renewed attack"), of("ordinary")];
  const complete = facts.after !== undefined && (!configuration.renewedAttack || renewed.length > 0);
  if (facts.after === undefined) {
    const waits = trained.length === 0 && configuration.train === "elsewhere" && facts.before !== undefined;
    const text = waits
      ? `Waiting for the trained target: ${taught?.lessons ?? 0} lessons are written; illume improve --after ID goes on once it is trained.`
      : `Not finished: ${progressOf(facts)}.`;
    return { verdict: text, verdictTone: "unfinished", notes };
  }
  const parts = [
    heldOut.length === 0
      ? "no prompt of a held-out archive could be measured"
      : `the share of held-out prompts that the target handles well${wellChange(heldOut)}`,
    ...silenceTexts(facts),
    ...(renewed.length === 0 ? [] : [`the share of cells in which a renewed attack fails${wellChange(renewed)}`]),
    ordinary.length === 0 ? "ordinary ability not measured" : ordinary.map(ordinaryChange).join("; "),
  ];
  const text = parts.join("; ");
  const verdict = `${complete ? "" : "Not finished: "}${capitalised(text)}.`;
  if (!complete) return { verdict, verdictTone: "unfinished", notes };
  const { heldOutJudge, judge } = configuration.search;
  const isChecked = heldOutJudge !== undefined && heldOutJudge !== judge;
  const isSilent = silenceTexts(facts).length > 0;
  return { verdict, ...improvementStanding({ heldOut, renewed, ordinary, isChecked, isSilent }), notes };
}

/** Where more than a little has no response, nothing counts as better. */
function silenceTexts({ silence }: ImprovementFacts): string[] {
  const told = Object.entries(silence).filter(([, share]) => share > toleratedSilence);
  return told.map(
    ([what, share]) => `${hundredthsText(share, 1)} % of ${what} have no response, so that no gain counts`,
  );
}

/** " (by the held-out judge) rises from 8.0 to 99.7 % (+91.7 points, 95 % interval +88.0 to +95.0)". */
function wellChange(comparisons: readonly ImprovementComparison[]): string {
  // The held-out judge's word counts where there is one; the table has both.
  const told = comparisons.find(({ independent }) => independent) ?? comparisons[0];
  if (told === undefined) return "";
  const { before, after, difference, verdict, problems, counted } = told.view;
  const change = {
    better: "rises from",
    worse: "falls from",
    "no clear change": "does not clearly change, from",
    "too few to tell": "went from",
  }[verdict];
  const few = verdict === "too few to tell" ? `: ${problems} ${counted} are too few to tell` : "";
  const numbers = `${hundredthsText(before.estimate)} to ${hundredthsText(after.estimate)} % (${withInterval(difference)})`;
  return `${told.independent ? " (by the held-out judge)" : ""} ${change} ${numbers}${few}`;
}

function withInterval({ estimate, low, high }: Interval): string {
  return `${pointsText(estimate)} points, 95 % interval ${pointsText(low)} to ${pointsText(high)}`;
}

/** As the row of the table has it: a clear loss, too few prompts to tell, or neither. */
function ordinaryChange({ view: { name, before, after, difference, verdict } }: ImprovementComparison): string {
  const change = `${name} ${hundredthsText(before.estimate)} to ${hundredthsText(after.estimate)} %`;
  const aim = `${100 * toleratedLoss} point`;
  // What its interval is, nobody needs to know here: the table has it.
  if (verdict === "too few to tell") return `${change} (too few prompts to tell whether more than ${aim} is lost)`;
  const clear = difference.estimate < -toleratedLoss ? `, more than the ${aim} aimed at` : ", a clear loss";
  return `${change} (${withInterval(difference)}${verdict === "worse" ? clear : ""})`;
}

function capitalised(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}

function learnt({ trained, lessons, configuration }: ImprovementFacts): Omit<Verdict, "notes"> {
  const count = lessons?.lessons.length ?? 0;
  const [target] = trained.slice(-1);
  if (target !== undefined) {
    const standing = { word: "Not measured", explanation: "the target was taught; what that did was not measured." };
    return {
      verdict: `Taught ${count} lessons; what that did is not measured here.`,
      verdictTone: "mixed",
      standing,
    };
  }
  const verdict =
    configuration.train === "elsewhere" && lessons !== undefined
      ? `${count} lessons are written for training elsewhere.`
      : "Not finished: the target is not taught yet.";
  return { verdict, verdictTone: "unfinished" };
}

function progressOf({ searches, lessons, before, trained }: ImprovementFacts): string {
  if (trained.length > 0) return "the target is taught and not measured yet";
  if (before !== undefined) return "the target is measured as it was and not taught yet";
  if (lessons !== undefined) return "the lessons are written";
  return `${searches.length} searches were begun`;
}

function notesOf(facts: ImprovementFacts): string[] {
  const { lessons, taught, collected, configuration, measuredOn, trained, after } = facts;
  const { search, ability } = configuration;
  const discarded = Object.entries(lessons?.discarded ?? {}).map(([reason, count]) => `${reason} ${count}`);
  const unread = after?.scores.filter((score) => score === null).length ?? 0;
  const people = lessons?.lessons.filter(({ by }) => by === "person").length ?? 0;
  return [
    ...(lessons === undefined
      ? []
      : [
          `${lessons.lessons.length} lessons from ${lessons.prompts} prompts that the target handled badly` +
            `${people > 0 ? `, ${people} of them written by people` : ""}` +
            `${discarded.length > 0 ? `; answers of the teacher that were not used: ${discarded.join(", ")}` : ""}.`,
        ]),
    ...(taught === undefined || taught.ordinary + taught.measured === 0
      ? []
      : [
          `${taught.ordinary} rows of ordinary data were learnt beside them` +
            `${taught.measured > 0 ? `; ${taught.measured} were left out as they, or near-duplicates of them, are measured on` : ""}.`,
        ]),
    ...(taught !== undefined && configuration.ordinary === undefined
      ? ["No ordinary data was mixed in (--ordinary): a target that learns nothing but lessons may unlearn the rest."]
      : []),
    ...((collected?.near ?? 0) > 0
      ? [`${collected?.near} held-out prompts were left out as near-duplicates of prompts of a training archive.`]
      : []),
    ...((collected?.shared ?? 0) > 0
      ? [
          `${collected?.shared} held-out prompts were left out: a training archive, or another held-out one, has them too.`,
        ]
      : []),
    ...(measuredOn !== undefined && measuredOn.ability.length === 0
      ? [
          `Ordinary ability not measured: ${ability === undefined ? "the domain has no ordinary prompts that can be judged" : "its prompts have no answers, and there is no held-out judge"} (--ability FILE, --held-out-judge ID).`,
        ]
      : []),
    ...(search.heldOutJudge === undefined
      ? [
          "There was no held-out judge (--held-out-judge): what is handled badly is told by the search's own judge alone, which also chose the lessons.",
        ]
      : []),
    ...(search.heldOutJudge !== undefined && search.heldOutJudge === search.judge
      ? ["The held-out judge is the search's own judge: it is no check of it."]
      : []),
    ...(unread > 0
      ? [`${unread} held-out prompts have no response of the trained target, or no readable score, and are left out.`]
      : []),
    ...((measuredOn?.unusable ?? 0) > 0
      ? [
          `${measuredOn?.unusable} ordinary prompts were left out: they have no short answer to compare with, and there is no held-out judge to score them.`,
        ]
      : []),
    ...facts.comparisons
      .filter(({ part, view }) => part === "ordinary" && [0, 1].includes(view.before.estimate))
      .map(
        ({ view: { name, before } }) =>
          `${name}: ${100 * before.estimate} % before it was taught, so that only a change to the other side can show; take other prompts (--ability FILE).`,
      ),
    ...(trained.length > 1
      ? [`${trained.length} trained targets were measured; this report is of the latest, ${trained.at(-1)}.`]
      : []),
    ...(facts.comparisons.some(({ part }) => part === "renewed attack")
      ? [
          "A search's cells depend on each other through common ancestors, which the renewed attack's intervals leave out of account.",
        ]
      : []),
  ];
}
