/** `--fail-above` and `--junit`: what automatic checks are told when a search or an attack has ended. */
import { existsSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import type { ArgsDef } from "citty";
import { runOrigin } from "../closed-loop/run-configuration.ts";
import { writeFileAtomic } from "../core/atomic-file.ts";
import { GateFailedError } from "../core/errors/gate-failed-error.ts";
import { StorageError } from "../core/errors/storage-error.ts";
import { quotedText } from "../core/quoted-text.ts";
import { terminalLine, wrapToWidth } from "../core/terminal-text.ts";
import type { GatedRate, GateResult } from "../rainbow-teaming/attack/success-gate.ts";
import type { Json, RunStore } from "../runs/run-store.ts";
import type { CommandContext } from "./command-context.ts";
import { printSummary } from "./run-summary.ts";
import { percentage } from "./terminal/numbers.ts";
import { paint, writeLines } from "./terminal/terminal.ts";

/** Flags of commands whose success rate can be held to a limit. */
export const gateArgs = {
  "fail-above": {
    type: "string",
    valueHint: "RATE",
    description: "end with code 8 where more than this share of prompts is handled badly: 0.1 or 10%",
  },
  junit: { type: "string", valueHint: "FILE", description: "write JUnit XML, a test case for each prompt" },
} as const satisfies ArgsDef;

/** What a run is held to; kept with it, so that it holds after illume resume too. */
export interface GateSettings {
  readonly failAbove?: number;
  /** An absolute path. */
  readonly junit?: string;
}

const gateKey = "gate";

/** Undefined without both flags. Throws as parseRate, and StorageError where the folder of the file is missing. */
export async function readGateFlags(args: {
  readonly "fail-above"?: string | undefined;
  readonly junit?: string | undefined;
}): Promise<GateSettings | undefined> {
  const { "fail-above": rate, junit } = args;
  if (rate === undefined && junit === undefined) return undefined;
  const { parseRate } = await import("../rainbow-teaming/attack/success-gate.ts");
  const failAbove = rate === undefined ? undefined : parseRate(rate);
  const file = junit === undefined ? undefined : resolve(junit);
  if (file !== undefined && !existsSync(dirname(file))) {
    throw new StorageError({
      expected: "a folder to write JUnit XML into",
      received: `none at ${quotedText(dirname(file), 1000)}`,
      remedy: "create it, or name another file after --junit",
    });
  }
  return { ...(failAbove !== undefined && { failAbove }), ...(file !== undefined && { junit: file }) };
}

/** The settings as a state that a run is made with; nothing without any. */
export function gateState(settings: GateSettings | undefined): Readonly<Record<string, Json>> {
  return settings === undefined ? {} : { [gateKey]: settings as unknown as Json };
}

/** The same put into a new run. */
export function keepGate(store: RunStore, settings: GateSettings | undefined): void {
  for (const [key, value] of Object.entries(gateState(settings))) store.setState(key, value);
}

/** A finished run held to its settings. */
interface Gate {
  /** For the JSON document. */
  readonly document: Readonly<Record<string, unknown>>;
  /** Tells people, in a few lines. */
  tell(context: CommandContext): void;
  /** Throws GateFailedError where the limit is passed over. */
  enforce(): void;
}

/** Writes the run's JUnit XML and holds it to its limit; undefined where neither is asked for. Throws StorageError. */
async function finishGate(store: RunStore): Promise<Gate | undefined> {
  const settings = store.state(gateKey) as GateSettings | undefined;
  if (settings === undefined) return undefined;
  const { failAbove, junit } = settings;
  const [{ gateResult, highestRate }, { gateSuite }, { junitXml }] = await Promise.all([
    import("../rainbow-teaming/attack/success-gate.ts"),
    import("../report/junit-report.ts"),
    import("../report/junit-xml.ts"),
  ]);
  const { rates, suites } = await ratesOf(store);
  const result = failAbove === undefined ? undefined : gateResult(failAbove, rates);
  if (junit !== undefined) {
    const all = [...suites, ...(result === undefined ? [] : [gateSuite(result)])];
    writeFileAtomic(junit, junitXml(all, new Date(store.firstEventTime() ?? 0)));
  }
  return {
    document: { ...(result && { gate: result }), ...(junit !== undefined && { junit }) },
    tell: ({ terminal }) => {
      const told = (result?.rates ?? []).flatMap((rate) =>
        wrapToWidth(toldLine(rate, result as GateResult), terminal.columns).map((line) =>
          paint(line, rate.passed ? "good" : "bad", terminal.colour),
        ),
      );
      const written = junit === undefined ? [] : [`JUnit XML: ${terminalLine(relative(process.cwd(), junit))}`];
      writeLines(terminal.results, ["", ...told, ...written]);
    },
    enforce: () => {
      if (result === undefined || result.passed) return;
      const failed = result.rates.filter(({ passed }) => !passed);
      const [worst] = [...failed].sort((a, b) => (b.rate?.estimate ?? 2) - (a.rate?.estimate ?? 2));
      const isForUnknown = worst?.rate !== undefined && worst.rate.estimate <= result.limit;
      const unknown = isForUnknown
        ? `; ${worst.unknown} of ${worst.trials + worst.unknown} are unknown, with which it may be ${percentage(highestRate(worst))} %`
        : "";
      if (worst === undefined) return;
      const others = failed.length === 1 ? "" : `, and ${failed.length - 1} more above it`;
      throw new GateFailedError({
        expected: `a success rate of at most ${limitText(result.limit)} (--fail-above)`,
        received: `${rateText(worst)} of ${worst.target} with the prompts of ${worst.archive} by ${worst.judge}${unknown}${others}`,
        remedy:
          isForUnknown || worst.rate === undefined
            ? "see in the report why responses or scores are missing: the target, or the judge, is not usable like this"
            : "the report shows which prompts it handles badly",
      });
    },
  };
}

async function ratesOf(store: RunStore) {
  const [{ searchedRates, attackedRates }, { searchSuites, attackSuites }] = await Promise.all([
    import("../rainbow-teaming/attack/success-gate.ts"),
    import("../report/junit-report.ts"),
  ]);
  const [{ attackCommand }, { rainbowCommand }] = await Promise.all([
    import("../rainbow-teaming/attack/attack-configuration.ts"),
    import("../rainbow-teaming/run/search-configuration.ts"),
  ]);
  const { command } = runOrigin(store);
  if (command === attackCommand) {
    const { attackFindings } = await import("../rainbow-teaming/attack/attack-outcomes.ts");
    const findings = attackFindings(store);
    return { rates: attackedRates(findings), suites: attackSuites(findings) };
  }
  const archive =
    command === rainbowCommand
      ? (await import("../rainbow-teaming/attack/attack-archive.ts")).searchedArchive(store)
      : (await import("../closed-loop/attack-problems.ts")).problemArchive(store);
  return { rates: searchedRates(archive), suites: searchSuites(archive) };
}

function toldLine(rate: GateResult["rates"][number], { limit }: GateResult): string {
  const { passed, target, archive, judge } = rate;
  return `${passed ? "Passed" : "Failed"}: ${rateText(rate)} of the prompts of ${archive} are handled badly by ${target}, says ${judge}; at most ${limitText(limit)} may be.`;
}

function limitText(limit: number): string {
  return `${Number((100 * limit).toPrecision(10))} %`;
}

function rateText({ rate, successes, trials, unknown }: GatedRate): string {
  if (rate === undefined) return `an unknown share (none of ${unknown} could be judged)`;
  const left = unknown === 0 ? "" : `, ${unknown} not judged`;
  return `${percentage(rate.estimate)} % (${successes} of ${trials}${left}; 95 % interval ${percentage(rate.low)} to ${percentage(rate.high)})`;
}

/** The run's summary, JUnit XML and limit, where it has one. Throws GateFailedError once all is told. */
export async function printGatedSummary(command: string, store: RunStore, context: CommandContext): Promise<void> {
  const gate = await finishGate(store);
  await printSummary(command, store, context, gate?.document);
  gate?.tell(context);
  gate?.enforce();
}
