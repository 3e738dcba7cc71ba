/** How a command of illume is typed where this process runs, for remedies and reports that can be copied. */
import process from "node:process";

/** What the choice depends on. */
interface Invocation {
  /** The address of one of illume's own modules: sources end with .ts, the built package's files with .js. */
  readonly module: string;
  /** npm's command, where npm started the process: "run-script", "exec" (npx). */
  readonly npmCommand: string | undefined;
}

/** In a clone there is no illume on the PATH; npx has it for one command only. */
export function programCommandOf({ module, npmCommand }: Invocation): string {
  if (module.endsWith(".ts")) return "npm run illume --";
  return npmCommand === "exec" ? "npx illume" : "illume";
}

/** "illume", or what has to be typed in its place: `${programCommand} resume`. */
export const programCommand: string = programCommandOf({
  module: import.meta.url,
  npmCommand: process.env.npm_command,
});
