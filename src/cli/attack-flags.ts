/** Flags of `illume attack`, and what they make of the archives of earlier runs. */
import { resolve } from "node:path";
import type { ArgsDef } from "citty";
import { runOrigin } from "../closed-loop/run-configuration.ts";
import { InvalidArgumentError } from "../core/errors/invalid-argument-error.ts";
import { UnknownNameError } from "../core/errors/unknown-name-error.ts";
import type { ReadArchive } from "../rainbow-teaming/attack/attack-archive.ts";
import type { AttackArchive, AttackConfiguration } from "../rainbow-teaming/attack/attack-configuration.ts";
import { asksModel } from "../rainbow-teaming/judge-schema.ts";
import { openRun } from "../runs/run-database.ts";
import { readConfiguration } from "./read-configuration.ts";
import { runDirectory } from "./run-directory.ts";
import { runsArg } from "./shared-arguments.ts";
import { wholeNumber } from "./whole-number.ts";

const heldOutKinds = ["rubric", "guard", "llama-guard"] as const;

/** Flags that `illume attack` has beside those of calls and of its limit. */
export const attackArgs = {
  archive: { type: "string", valueHint: "RUN,RUN", description: "names or folders of the runs whose prompts are put" },
  target: { type: "string", valueHint: "ID,ID", description: "the models that are asked" },
  ...runsArg,
  judge: {
    type: "string",
    valueHint: "ID",
    description: "prompts: the model that scores responses (each search's own)",
  },
  "held-out-judge": {
    type: "string",
    valueHint: "ID",
    description: "prompts: a model that scores them too and took no part in the search (each search's own)",
  },
  "held-out-kind": {
    type: "string",
    valueHint: "NAME",
    description: `prompts: how it is asked: ${heldOutKinds.join(", ")} (each search's own)`,
  },
  oracle: {
    type: "string",
    valueHint: "ID",
    description: "prompts: the model that answers in a domain judged by an oracle (each search's own)",
  },
  "only-successes": {
    type: "boolean",
    description: "leave out prompts that the model they were searched against handles well",
  },
  seed: { type: "string", valueHint: "N", description: "seed of all random numbers (0)" },
  threads: { type: "string", valueHint: "N", description: "threads of a model that runs here (2)" },
  output: { type: "string", valueHint: "TEXT", description: "folder in which the attack gets its own folder (runs)" },
} as const satisfies ArgsDef;

/** Values as the parser gives them. */
type Flags = { readonly [Name in keyof typeof attackArgs]?: string | boolean | undefined };

/** Throws InvalidArgumentError and UnknownNameError for flags, and as opening runs does. */
export async function readAttackFlags(args: Flags): Promise<AttackConfiguration> {
  const text = (flag: keyof typeof attackArgs) => args[flag] as string | undefined;
  const { cache, ...caps } = readConfiguration(args, ["calls"]).calls;
  const runs = listOf("archive", text("archive"), "the runs whose prompts are put", "search-2026-11-23-001");
  const targets = listOf("target", text("target"), "the models to attack", "http://127.0.0.1:8000/v1#NAME");
  const archives: AttackArchive[] = [];
  for (const run of runs) {
    const { archive } = await readArchive(runDirectory(run, text("runs") ?? "runs"));
    archives.push(named(archives, withJudges(archive, args)));
  }
  refuseJudges(archives, args);
  const { parseAttackConfiguration } = await import("../rainbow-teaming/attack/attack-configuration.ts");
  return parseAttackConfiguration({
    archives,
    targets,
    onlySuccesses: args["only-successes"] === true,
    seed: wholeNumber("--seed", text("seed"), { standard: 0, low: 0 }),
    threads: wholeNumber("--threads", text("threads"), { standard: 2, low: 1, high: 1024 }),
    calls: { ...caps, ...(cache !== undefined && { cache: resolve(cache) }) },
  });
}

/** The archive of a run's folder. Throws InvalidArgumentError for a run that searched nothing, and as opening it does. */
export async function readArchive(directory: string): Promise<ReadArchive> {
  const { rainbowCommand } = await import("../rainbow-teaming/run/search-configuration.ts");
  const store = openRun({ directory, mode: "read" });
  try {
    const { command } = runOrigin(store);
    if (command === rainbowCommand) {
      return (await import("../rainbow-teaming/attack/attack-archive.ts")).searchedArchive(store);
    }
    if (command !== "search" && command !== "improve") {
      throw new InvalidArgumentError({
        expected: "after --archive a run of illume search or illume improve",
        received: `${directory}, a run of illume ${command}`,
        remedy: "name the run that found the prompts",
      });
    }
    return (await import("../closed-loop/attack-problems.ts")).problemArchive(store);
  } finally {
    store.close();
  }
}

/** The archive with other judges than its search's, where flags name some. */
function withJudges(archive: AttackArchive, args: Flags): AttackArchive {
  const { judged } = archive;
  if (judged.kind === "verifier") return archive;
  const text = (flag: keyof typeof attackArgs) => args[flag] as string | undefined;
  const [judge, oracle, heldOutJudge] = [text("judge"), text("oracle"), text("held-out-judge")];
  const heldOutKind = text("held-out-kind") ?? judged.heldOutKind;
  const kind = heldOutKinds.find((known) => known === heldOutKind);
  if (kind === undefined) {
    throw new UnknownNameError({ kind: "value of --held-out-kind", name: heldOutKind, known: heldOutKinds });
  }
  const changed = {
    ...judged,
    ...(judge !== undefined && asksModel(judged.domain.judge) && { judge }),
    ...(oracle !== undefined && { oracle }),
    ...(heldOutJudge !== undefined && { heldOutJudge }),
    heldOutKind: kind,
  };
  const oracleOf = ({ oracle: other, judge: own }: typeof changed) => other ?? own;
  const sameOracle = judged.domain.judge.kind !== "oracle" || oracleOf(changed) === oracleOf(judged);
  return {
    ...archive,
    judged: {
      ...changed,
      scored: {
        judge: changed.judge === judged.judge && sameOracle,
        heldOutJudge: changed.heldOutJudge === judged.heldOutJudge && kind === judged.heldOutKind,
      },
    },
  };
}

/** Two folders may have one name. */
function named(others: readonly AttackArchive[], archive: AttackArchive): AttackArchive {
  const taken = new Set(others.map(({ name }) => name));
  let { name } = archive;
  for (let number = 2; taken.has(name); number++) name = `${archive.name} (${number})`;
  return { ...archive, name };
}

/** Flags that would have no effect are a misunderstanding. */
function refuseJudges(archives: readonly AttackArchive[], args: Flags): void {
  const judgings = archives.flatMap(({ judged }) => (judged.kind === "models" ? [judged] : []));
  const reach = {
    judge: judgings.some(({ domain }) => asksModel(domain.judge)),
    oracle: judgings.some(({ domain }) => domain.judge.kind === "oracle"),
    "held-out-judge": judgings.length > 0,
    "held-out-kind": judgings.some(({ heldOutJudge }) => heldOutJudge !== undefined),
  } as const;
  for (const [flag, hasEffect] of Object.entries(reach)) {
    if (hasEffect || args[flag as keyof typeof reach] === undefined) continue;
    throw new InvalidArgumentError({
      expected: `archives that are judged with --${flag}`,
      received:
        "none: an exact judge needs no model, an oracle is for domains judged by one, a kind for a held-out judge",
      remedy: "leave the flag out",
    });
  }
}

function listOf(flag: string, text: string | undefined, what: string, example: string): string[] {
  const items = (text ?? "").split(",").flatMap((item) => item.trim() || []);
  if (items.length > 0) return items;
  throw new InvalidArgumentError({
    expected: `--${flag} with ${what}`,
    received: "none",
    remedy: `add --${flag} ${example}; several are joined by commas`,
  });
}
