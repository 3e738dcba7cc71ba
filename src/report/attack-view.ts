/** An attack with known prompts as what the report shows. Works on unfinished runs: what is not there yet is left out. */
import { programCommand } from "../core/program-command.ts";
import { describeCalls } from "../language-models/calls/describe-spending.ts";
import type { AttackConfiguration } from "../rainbow-teaming/attack/attack-configuration.ts";
import {
  type AttackedArchive,
  type AttackFindings,
  attackFindings,
  rolesOf,
} from "../rainbow-teaming/attack/attack-outcomes.ts";
import { byFamily } from "../rainbow-teaming/attack/prompt-families.ts";
import { judgeText } from "../rainbow-teaming/attack/success-gate.ts";
import type { TransferCell } from "../rainbow-teaming/attack/transfer-matrix.ts";
import type { RunStore } from "../runs/run-store.ts";
import { attackStanding } from "./checked-by.ts";
import { fileNotes } from "./file-notes.ts";
import { decimalText, hundredthsText } from "./number-text.ts";
import { costOf } from "./phase-costs.ts";
import { shellWord } from "./run-settings.ts";
import { spendingViews } from "./spending-views.ts";
import type { TransferArchiveView, TransferCellView } from "./transfer-view-model.ts";
import { versionsOf } from "./versions.ts";
import type { ReportViewModel } from "./view-model.ts";

/** The report of an attack. Throws InvalidArgumentError for a configuration that is none. */
export function attackView(store: RunStore): ReportViewModel {
  const findings = attackFindings(store);
  const { configuration, archives } = findings;
  const { targets } = configuration;
  const transfer = { targets, archives: archives.map((archive) => archiveOf(archive, findings)) };
  return {
    format: 1,
    kind: "attack",
    title: `attack: ${targets.join(", ")}`,
    ...verdictOf(findings),
    createdAt: new Date(store.firstEventTime() ?? Date.now()).toISOString(),
    command: commandOf(configuration),
    settings: settingsOf(configuration),
    versions: versionsOf(store),
    cost: costOf(store),
    spending: spendingViews(store),
    transfer,
    comparisons: [],
    curves: [],
    card: [],
    notes: [...fileNotes(store), ...notesOf(findings, store)],
  };
}

function archiveOf({ archive, prompts }: AttackedArchive, { cells }: AttackFindings): TransferArchiveView {
  const own = cells.filter((cell) => cell.archive === archive.name);
  const families = byFamily(prompts, ({ family }) => family)?.length;
  return {
    name: archive.name,
    source: archive.target,
    prompts: prompts.length,
    ...(families !== undefined && { families }),
    intervals: intervalsText(families),
    judges: rolesOf(archive).map((role) => ({
      judge: judgeText(archive, role),
      heldOut: role === "held-out judge",
      cells: own.filter(({ judge }) => judge === role).map(cellOf),
    })),
  };
}

/** Which intervals an archive's numbers have. */
function intervalsText(families: number | undefined): string {
  if (families === undefined) {
    return "It is not known which prompts descend from the same seed: intervals are Wilson's (differences: the bootstrap's) of unrelated prompts, and narrower than they should be.";
  }
  if (families < 2) {
    return "All prompts descend from one seed: intervals are Wilson's (differences: the bootstrap's), about this family alone.";
  }
  return `The prompts descend from ${decimalText(families, 0)} seeds or first prompts, and those of one resemble each other: intervals are over these families (Wilson's of the effective sample; differences: Student's).`;
}

function cellOf({ target, source, prompts, successes, trials, rate, ...rest }: TransferCell): TransferCellView {
  const { difference, amongSuccesses, categories, families } = rest;
  return {
    target,
    ...(source && { source: true as const }),
    successes,
    trials,
    ...(families !== undefined && { families }),
    unknown: prompts - trials,
    ...(rate && { rate }),
    ...(difference && { difference: { estimate: difference.estimate, low: difference.low, high: difference.high } }),
    ...(amongSuccesses && { amongSuccesses }),
    categories: categories.map(({ descriptor, ...category }) => ({ dimension: descriptor, ...category })),
  };
}

/** Pairs of archive and target that the verdict tells one by one; of more, the least and the greatest. */
const mostTold = 4;

function verdictOf({ configuration, archives, cells, done, total }: AttackFindings) {
  const pairs = archives.flatMap(({ archive }) => {
    const role = rolesOf(archive).at(-1);
    const own = cells.filter((cell) => !cell.source && cell.archive === archive.name && cell.judge === role);
    return own.map(({ target, rate, successes, trials }) => {
      const share = rate === undefined ? "nothing that could be judged" : `${hundredthsText(rate.estimate)} %`;
      const text = `${target} handles ${share} (${successes} of ${trials}) of the prompts of ${archive.name} badly`;
      return { rate: rate?.estimate ?? Number.NaN, text, judge: judgeText(archive, role) };
    });
  });
  const ordered = pairs.filter(({ rate }) => !Number.isNaN(rate)).sort((a, b) => a.rate - b.rate);
  const told = pairs.length <= mostTold ? pairs : [ordered[0], ordered.at(-1)].flatMap((pair) => pair ?? []);
  const extremes =
    pairs.length <= mostTold ? "" : `Of ${pairs.length} pairs of archive and target the least and the most: `;
  const judges = [...new Set(told.map(({ judge }) => judge))].join(" and ");
  const text = told.length === 0 ? "" : `${extremes}${told.map((pair) => pair.text).join("; ")}, by ${judges}.`;
  if (total === 0 || done < total) {
    const so = `Not finished: ${decimalText(done, 0)} of ${decimalText(total, 0)} responses.`;
    return { verdict: text === "" ? so : `${so} ${text}`, verdictTone: "unfinished" as const };
  }
  const { isChecked, ...standing } = attackStanding(configuration);
  return { verdict: text, verdictTone: isChecked ? ("good" as const) : ("mixed" as const), standing };
}

function notesOf({ configuration, cells }: AttackFindings, store: RunStore): string[] {
  const judgings = configuration.archives.flatMap(({ judged }) => (judged.kind === "models" ? [judged] : []));
  const unknown = cells.reduce((sum, { prompts, trials, source }) => sum + (source ? 0 : prompts - trials), 0);
  const calls = describeCalls(store.modelCalls);
  return [
    "The rate against the model that was searched is high by selection: its archive is what was found to succeed against it. Differences to it are paired by prompt.",
    ...(judgings.some(({ heldOutJudge }) => heldOutJudge === undefined)
      ? [
          "There was no held-out judge (--held-out-judge): what transfers is told by the search's own judge alone, whose mistakes the prompts were chosen by too.",
        ]
      : []),
    ...(judgings.some(({ judge, heldOutJudge }) => heldOutJudge !== undefined && judge === heldOutJudge)
      ? ["The held-out judge is the judge itself: it is no check of it."]
      : []),
    ...(configuration.onlySuccesses
      ? ["Only prompts were put that the model they were searched against handles badly (--only-successes)."]
      : []),
    ...(unknown === 0
      ? []
      : [
          `${unknown} outcomes are not known (no response, or a judge's answer that could not be read); rates leave them out.`,
        ]),
    ...(calls === undefined ? [] : [calls]),
  ];
}

function settingsOf({ archives, targets, calls, ...rest }: AttackConfiguration): ReportViewModel["settings"] {
  const values = { targets: targets.join(", "), ...rest, ...calls };
  return [
    ...archives.map(({ name, source, target, judged }) => ({
      name: `archive ${name}`,
      value: `${judged.kind === "verifier" ? judged.domain : judged.domain.name}, searched against ${target}, in ${source}`,
    })),
    ...Object.entries(values).map(([name, value]) => ({ name, value: String(value) })),
  ];
}

function commandOf({ archives, targets, onlySuccesses, seed, calls }: AttackConfiguration): string {
  // Judges are named by flags where they are not the searches' own, and then for all archives alike.
  const given = <Value>(of: (judged: Extract<(typeof archives)[number]["judged"], { kind: "models" }>) => Value) =>
    archives
      .flatMap(({ judged }) => (judged.kind === "models" ? [of(judged)] : []))
      .find((value) => value !== undefined);
  const other = given(({ judge, scored }) => (scored.judge ? undefined : judge));
  const oracle = given(({ oracle: named, scored }) => (scored.judge ? undefined : named));
  const heldOut = given(({ heldOutJudge, heldOutKind, scored }) =>
    scored.heldOutJudge || heldOutJudge === undefined ? undefined : { heldOutJudge, heldOutKind },
  );
  const flags: readonly (readonly [flag: string, value: string | number | undefined, usual?: string | number])[] = [
    ["archive", archives.map(({ source }) => source).join(",")],
    ["target", targets.join(",")],
    ["judge", other],
    ["oracle", oracle],
    ["held-out-judge", heldOut?.heldOutJudge],
    ["held-out-kind", heldOut?.heldOutKind, "rubric"],
    ["seed", seed, 0],
    ["max-calls", calls.maxCalls],
    ["max-tokens", calls.maxTokens],
    ["max-usd", calls.maxUsd],
    ["price", calls.price?.join(",")],
    ["concurrency", calls.concurrency, 8],
  ];
  const words = flags.flatMap(([flag, value, usual]) =>
    value === undefined || value === usual ? [] : [`--${flag} ${shellWord(String(value))}`],
  );
  return [programCommand, "attack", ...words, ...(onlySuccesses ? ["--only-successes"] : [])].join(" ");
}
