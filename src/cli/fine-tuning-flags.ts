/** The settings of fine-tuning as flags, made from their schema: batchSize is --batch-size. */
import type { ArgDef, ArgsDef } from "citty";
import { z } from "zod";
import { settingFlag } from "../closed-loop/setting-flag.ts";
import { InvalidArgumentError } from "../core/errors/invalid-argument-error.ts";
import {
  type FineTuningConfiguration,
  fineTuningSchema,
  parseFineTuningConfiguration,
} from "../fine-tuning/configuration.ts";

type SchemaNode = z.core.JSONSchema.BaseSchema;

/** Settings with flags of their own making: the objective is chosen by the flag that names the file. */
const special = ["objective", "data"];

function settings(): [name: string, flag: string, node: SchemaNode][] {
  const schema = z.toJSONSchema(fineTuningSchema, { io: "input" }) as SchemaNode;
  return Object.entries(schema.properties ?? {})
    .filter(([name]) => !special.includes(name))
    .map(([name, node]) => [name, settingFlag(name).slice(2), node as SchemaNode]);
}

function argument(node: SchemaNode): ArgDef {
  const standard = Array.isArray(node.default) ? node.default.join(",") : node.default;
  const shown = standard === undefined || standard === false ? "" : ` (${standard})`;
  const description = `${node.description}${shown}`;
  if (node.type === "boolean") return { type: "boolean", description };
  const numeric = node.type === "integer" || node.type === "number";
  const valueHint = numeric ? "N" : node.type === "array" ? "NAME,NAME" : node.enum === undefined ? "TEXT" : "NAME";
  return { type: "string", description, valueHint };
}

/** Arguments of `illume learn` from a file. */
export const fineTuningArgs: ArgsDef = {
  data: { type: "string", valueHint: "FILE", description: String(fineTuningSchema.shape.data.description) },
  preferences: {
    type: "string",
    valueHint: "FILE",
    description: "pairs of a chosen and a rejected answer, learnt by DPO",
  },
  ...Object.fromEntries(settings().map(([, flag, node]) => [flag, argument(node)])),
};

/**
 * The configuration that flags ask for, undefined where they name no file to learn from.
 * Throws InvalidArgumentError for flags that go without one, or against each other, and for wrong values.
 */
export function readFineTuningFlags(args: Readonly<Record<string, unknown>>): FineTuningConfiguration | undefined {
  const given = settings().flatMap(([name, flag, node]): [string, unknown][] => {
    const value = args[flag];
    return value === undefined ? [] : [[name, typeof value === "string" ? parsed(value, node) : value]];
  });
  const { data, preferences } = args;
  if (data === undefined && preferences === undefined) {
    if (given.length === 0) return undefined;
    throw new InvalidArgumentError({
      expected: "a file to learn from",
      received: `${settingFlag(String(given[0]?.[0]))} without one`,
      remedy: "add --data FILE or --preferences FILE; settings for what a run found begin with --learn-",
    });
  }
  if (data !== undefined && preferences !== undefined) {
    throw new InvalidArgumentError({
      expected: "--data or --preferences",
      received: "both",
      remedy: "learn one after the other: the second run with the first one's model",
    });
  }
  const objective = data === undefined ? "preferences" : "supervised";
  const chosen = { ...Object.fromEntries(given), objective, data: data ?? preferences };
  return parseFineTuningConfiguration(chosen, (name) => (name === "" ? "the flags" : settingFlag(name)));
}

function parsed(text: string, node: SchemaNode): unknown {
  if (node.type === "integer" || node.type === "number") {
    return text.trim() === "" || Number.isNaN(Number(text)) ? text : Number(text);
  }
  return node.type === "array" ? text.split(",").map((part) => part.trim()) : text;
}
