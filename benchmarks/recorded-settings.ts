/** What a row was asked, as it is recorded: without the folders of the machine that measured it. */
import { basename, isAbsolute, relative } from "node:path";
import { packageRoot } from "../src/core/package-root.ts";
import type { Row, Settings, SideDefinition } from "./benchmark.ts";

/** Settings of both sides; a file within the repository is named from its root, any other by its name alone. */
export function recordedSettings(row: Row): unknown {
  if (row.kind === "share") return { illume: withoutFolders(row.illume.settings) };
  return { illume: ofSide(row.illume), peer: ofSide(row.peer) };
}

function ofSide({ settings, environment }: SideDefinition): unknown {
  return { ...withoutFolders(settings), ...(environment && { environment: withoutFolders(environment) }) };
}

function withoutFolders(settings: Settings): Settings {
  return Object.fromEntries(
    Object.entries(settings).map(([name, value]) => [name, typeof value === "string" ? shortened(value) : value]),
  );
}

function shortened(text: string): string {
  if (!isAbsolute(text)) return text;
  const path = relative(packageRoot, text);
  return path.startsWith("..") || isAbsolute(path) ? basename(text) : path.replaceAll("\\", "/");
}
