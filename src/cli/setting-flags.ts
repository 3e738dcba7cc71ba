/** Each setting of the configuration as a flag: search.batchSize is --search-batch-size. Made from the schema. */
import type { ArgDef } from "citty";
import { z } from "zod";
import { configurationSchema } from "../closed-loop/configuration.ts";
import { settingFlag as settingFlagOf } from "../closed-loop/setting-flag.ts";

/** "general" are the settings outside of groups. */
export type SettingsSection = "general" | "warm" | "search" | "learn" | "measure" | "attack" | "calls";

export interface SettingFlag {
  readonly section: SettingsSection;
  /** Without the dashes. */
  readonly flag: string;
  readonly path: readonly string[];
  readonly arg: ArgDef;
  /** What a user's text becomes; text that is no such value stays text, for the schema to refuse. */
  readonly parse: (text: string) => unknown;
  /** The default as the help shows it; undefined where there is none. */
  readonly standard: string | undefined;
}

type SchemaNode = z.core.JSONSchema.BaseSchema;

let all: SettingFlag[] | undefined;

/** The flags of some sections, in the schema's order. */
export function settingFlags(sections: readonly SettingsSection[]): readonly SettingFlag[] {
  all ??= makeFlags();
  return all.filter(({ section }) => sections.includes(section));
}

function makeFlags(): SettingFlag[] {
  const schema = z.toJSONSchema(configurationSchema, { io: "input" }) as SchemaNode;
  return properties(schema).flatMap(([name, node]) =>
    node.type === "object"
      ? properties(node).map(([inner, innerNode]) => settingFlag(name as SettingsSection, [name, inner], innerNode))
      : [settingFlag("general", [name], node)],
  );
}

function properties(node: SchemaNode): [string, SchemaNode][] {
  return Object.entries(node.properties ?? {}).map(([name, inner]) => [name, inner as SchemaNode]);
}

function settingFlag(section: SettingsSection, path: readonly string[], node: SchemaNode): SettingFlag {
  const flag = settingFlagOf(path.join(".")).slice(2);
  const standard = Array.isArray(node.default) ? node.default.join(",") : textOf(node.default);
  const description = String(node.description);
  const alias = longAliases.get(flag);
  const arg: ArgDef =
    node.type === "boolean"
      ? { type: "boolean", description }
      : { type: "string", description, valueHint: valueHint(node), ...(alias !== undefined && { alias }) };
  return { section, flag, path, arg, parse: (text) => parseValue(text, node), standard };
}

/** Other names of flags: the model is the loop's target. */
const longAliases = new Map([["model", "target"]]);

function textOf(value: unknown): string | undefined {
  return value === undefined ? undefined : String(value);
}

function parseValue(text: string, node: SchemaNode): unknown {
  if (node.type === "integer" || node.type === "number") return number(text);
  if (node.type === "array") return text.split(",").map((part) => (ofTexts(node) ? part.trim() : number(part)));
  return text;
}

/** Whether a list's items are texts; they are numbers otherwise. */
function ofTexts({ items }: SchemaNode): boolean {
  return typeof items === "object" && !Array.isArray(items) && items.type === "string";
}

function number(text: string): number | string {
  return text.trim() === "" || Number.isNaN(Number(text)) ? text : Number(text);
}

function valueHint(node: SchemaNode): string {
  if (node.enum !== undefined) return "NAME";
  if (node.type === "array") return ofTexts(node) ? "NAME,NAME" : "N,N";
  return node.type === "string" ? "TEXT" : "N";
}
