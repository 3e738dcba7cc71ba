/** A command: what citty needs to run it, and what the help says beside that. */
import { type ArgsDef, type CommandContext as CittyContext, type CommandDef, defineCommand } from "citty";
import type { CommandContext } from "./command-context.ts";
import { type SettingsSection, settingFlags } from "./setting-flags.ts";

export interface Example {
  readonly command: string;
  readonly explanation: string;
}

export interface IllumeCommand {
  readonly name: string;
  readonly summary: string;
  readonly examples: readonly Example[];
  /** The arguments of its own. */
  readonly args: ArgsDef;
  /** Sections of the configuration that have flags here, and a config file. */
  readonly settings: readonly SettingsSection[];
  readonly citty: CommandDef<ArgsDef>;
}

/** Flags of every command. */
export const commonArgs = {
  json: { type: "boolean", description: "print the result as one JSON document on standard output" },
  debug: { type: "boolean", description: "show where an error comes from" },
  help: { type: "boolean", alias: "h", description: "show this help" },
} as const satisfies ArgsDef;

export const configArg = {
  config: { type: "string", valueHint: "FILE", description: "read settings from a YAML file; flags override them" },
} as const satisfies ArgsDef;

export interface CommandOptions<Args extends ArgsDef> {
  readonly name: string;
  readonly summary: string;
  readonly examples: readonly Example[];
  readonly args: Args;
  readonly settings?: readonly SettingsSection[];
  /** Its promise ends with the command; what it throws is printed and sets the exit code. */
  readonly run: (args: CittyContext<Args>["args"], context: CommandContext) => Promise<void>;
}

export function illumeCommand<const Args extends ArgsDef>(options: CommandOptions<Args>): IllumeCommand {
  const { name, summary, examples, args, settings = [], run } = options;
  const settingArgs = Object.fromEntries(settingFlags(settings).map(({ flag, arg }) => [flag, arg]));
  const own: ArgsDef = { ...args, ...(settings.length > 0 ? configArg : {}) };
  return {
    name,
    summary,
    examples,
    args: own,
    settings,
    citty: defineCommand({
      meta: { name, description: summary },
      args: { ...own, ...settingArgs, ...commonArgs } as ArgsDef,
      run: ({ args: values, data }) => run(values as unknown as CittyContext<Args>["args"], data as CommandContext),
    }),
  };
}
