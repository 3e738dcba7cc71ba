/** A run of fine-tuning as what the report shows. Works on unfinished runs: what is not there yet is left out. */
import os from "node:os";
import { settingFlag } from "../closed-loop/setting-flag.ts";
import { packageVersion } from "../core/package-root.ts";
import {
  type FineTuningConfiguration,
  fineTuningSchema,
  parseFineTuningConfiguration,
} from "../fine-tuning/configuration.ts";
import { curveNames, dataEvent, resultKey } from "../fine-tuning/curves.ts";
import type { FineTuningResult } from "../fine-tuning/fine-tune.ts";
import type { RunStore } from "../runs/run-store.ts";
import { costOf } from "./phase-costs.ts";
import { shellWord } from "./run-settings.ts";
import { smoothed } from "./smoothed.ts";
import type { CurveView, ReportViewModel } from "./view-model.ts";

/** The report of a run of `illume learn --data`. Throws InvalidArgumentError for a configuration that is none. */
export function fineTuningView(store: RunStore): ReportViewModel {
  const configuration = parseFineTuningConfiguration(store.configuration);
  const settings = Object.entries(configuration).map(([name, value]) => ({ name, value: String(value) }));
  return {
    format: 1,
    title: `Learning: ${configuration.model}`,
    ...verdict(store, configuration),
    createdAt: new Date(store.firstEventTime() ?? Date.now()).toISOString(),
    command: command(configuration),
    settings,
    versions: [
      { name: "illume", value: packageVersion },
      { name: "Node.js", value: process.versions.node },
      { name: "processor", value: `${os.cpus()[0]?.model ?? "unknown"}, ${os.availableParallelism()} cores` },
    ],
    cost: costOf(store),
    comparisons: [],
    curves: curves(store, configuration),
    card: [],
    notes: notes(store),
  };
}

function verdict(
  store: RunStore,
  configuration: FineTuningConfiguration,
): Pick<ReportViewModel, "verdict" | "verdictTone"> {
  const result = store.state(resultKey) as FineTuningResult | undefined;
  if (result === undefined) {
    const steps = store.metrics(curveNames.training).at(-1)?.step ?? 0;
    return { verdict: `Not finished: ${steps} steps were done.`, verdictTone: "unfinished" };
  }
  const { before, after, steps, keptStep } = result;
  const kept = keptStep === steps ? "" : ` The weights of step ${keptStep} were kept, the best ones.`;
  if (before === undefined || after === undefined) {
    return {
      verdict: `${steps} steps were done; no examples were held out to measure on.${kept}`,
      verdictTone: "mixed",
    };
  }
  const what = configuration.objective === "preferences" ? "a pair" : "nats a token";
  const change = `The loss on held-out examples ${after < before ? "fell" : "did not fall"} from ${before.toFixed(4)} to ${after.toFixed(4)} (${what}) in ${steps} steps.${kept}`;
  return { verdict: change, verdictTone: after < before ? "good" : "bad" };
}

function curves(store: RunStore, { objective }: FineTuningConfiguration): CurveView[] {
  const points = (name: string) => store.metrics(name).map(({ step, value }) => [step, value] as const);
  const curve = (name: string, vertical: string, series: CurveView["series"]): CurveView[] => {
    const present = series.filter((one) => one.points.length > 0);
    return present.length === 0 ? [] : [{ name, horizontal: "step", vertical, series: present }];
  };
  const unit = objective === "preferences" ? "nats a pair" : "nats a token";
  return [
    ...curve("Loss", `${unit}; training: mean of up to 10 steps`, [
      { name: "training", points: smoothed(points(curveNames.training)) },
      { name: "held out", points: points(curveNames.validation) },
    ]),
    ...curve("Held-out preferences in order", "share of pairs", [
      { name: "chosen above rejected", points: points(curveNames.measure) },
    ]),
    ...curve("Learning rate", "learning rate", [{ name: "learning rate", points: points(curveNames.learningRate) }]),
    ...curve("Gradient norm", "before clipping", [{ name: "gradient norm", points: points(curveNames.gradientNorm) }]),
  ];
}

/** What the data were, and what was left out of them. */
function notes(store: RunStore): string[] {
  const data = store.events(dataEvent)[0]?.payload as Readonly<Record<string, unknown>> | undefined;
  if (data === undefined) return [];
  const malformed = Array.isArray(data.malformed) ? data.malformed.length : 0;
  return [
    `Data: ${data.format}; ${data.examples} examples, ${data.heldOut} held out; ${data.learntTokens} of ${data.tokens} tokens are learnt.`,
    ...(Number(data.shortened) > 0 ? [`${data.shortened} examples were cut off at the maximum length.`] : []),
    ...(Number(data.dropped) > 0 ? [`${data.dropped} examples were left out: nothing to learn was left.`] : []),
    ...(malformed > 0 ? [`${malformed} malformed examples were left out.`] : []),
  ];
}

/** The command that repeats the run, with the settings that differ from the defaults. */
function command(configuration: FineTuningConfiguration): string {
  const { model, data, objective } = configuration;
  const usual: Readonly<Record<string, unknown>> = fineTuningSchema.parse({ model, data, objective });
  const flags = Object.entries(configuration)
    .filter(([name, value]) => String(usual[name]) !== String(value))
    .map(([name, value]) => (value === false ? settingFlag(name).replace("--", "--no-") : flag(name, value)));
  const file = `${objective === "preferences" ? "--preferences" : "--data"} ${shellWord(data)}`;
  return ["illume learn", `--model ${shellWord(model)}`, file, ...flags].join(" ");
}

function flag(name: string, value: unknown): string {
  return value === true ? settingFlag(name) : `${settingFlag(name)} ${shellWord(String(value))}`;
}
