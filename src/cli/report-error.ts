/** An error as its exit code, one line for people, and JSON for machines. */
import { ConfigurationError, configurationProblemLine } from "../closed-loop/configuration-error.ts";
import { DocumentError, documentFaultLine } from "../core/errors/document-error.ts";
import { IllumeError } from "../core/errors/illume-error.ts";
import { terminalLine, terminalLines } from "../core/terminal-text.ts";
import type { CommandContext } from "./command-context.ts";
import { writeLines } from "./terminal/terminal.ts";

/** Exit code of an error that nobody foresaw. */
const bug = 1;

/** Prints the error and returns the exit code (docs/guide/exit-codes.md). */
export function reportError(error: unknown, context: CommandContext, debug: boolean): number {
  const exitCode = error instanceof IllumeError ? error.exitCode : bug;
  writeLines(
    context.terminal.remarks,
    errorLines(error).map((line) => `illume: ${line}`),
  );
  if (debug) writeLines(context.terminal.remarks, stackLines(error));
  context.writeJson({ error: errorDocument(error, exitCode) });
  return exitCode;
}

function errorLines(error: unknown): string[] {
  if (error instanceof ConfigurationError)
    return error.problems.map((problem) => terminalLine(configurationProblemLine(problem)));
  if (error instanceof DocumentError)
    return error.faults.map((fault) => terminalLine(documentFaultLine(error.file, fault)));
  if (error instanceof IllumeError) return [terminalLine(error.message)];
  const message = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return [`expected no such fault, but got ${terminalLine(message)}: this is a bug; --debug shows where it comes from`];
}

function errorDocument(error: unknown, exitCode: number) {
  const name = error instanceof Error ? error.name : "Error";
  const message = error instanceof Error ? error.message : String(error);
  if (!(error instanceof IllumeError)) return { name, message, exitCode };
  const { expected, received, remedy } = error;
  const problems = error instanceof ConfigurationError ? { problems: error.problems } : {};
  return { name, message, exitCode, expected, received, remedy, ...problems };
}

function stackLines(error: unknown): string[] {
  const lines: string[] = [];
  let current: unknown = error;
  // A cause may be its own cause.
  for (let depth = 0; current instanceof Error && depth < 10; depth++) {
    lines.push(...terminalLines(`${depth > 0 ? "caused by " : ""}${current.stack ?? current.message}`).split("\n"));
    current = current.cause;
  }
  return lines;
}
