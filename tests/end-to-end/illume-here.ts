/** The command line within this process: what a test of many commands has time for. One command at a time. */
import { vi } from "vitest";
import { runProgram } from "../../src/cli/program.ts";
import type { IllumeResult } from "./illume-process.ts";

/** Runs a command as main.ts does. Paths are to be absolute: the folder is the test's own. */
export async function illumeHere(...args: string[]): Promise<IllumeResult> {
  const written = { stdout: "", stderr: "" };
  const spies = (["stdout", "stderr"] as const).map((name) =>
    vi.spyOn(process[name], "write").mockImplementation(((text: string | Uint8Array) => {
      written[name] += typeof text === "string" ? text : Buffer.from(text).toString("utf8");
      return true;
    }) as typeof process.stdout.write),
  );
  try {
    const status = await runProgram(args);
    return { status, ...written };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}
