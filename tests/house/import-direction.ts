/** Which room may import which: only lower ones. */
import { posix } from "node:path";
import ts from "typescript";
import type { SourceFile } from "./source-files.ts";

/** Low to high; a room imports itself and what stands before it. */
export const rooms = [
  "core",
  "tensor",
  "nn",
  "language-models",
  "quality-diversity",
  "synthetic-data",
  "reasoning",
  "environments",
  "in-context",
  "gflownets",
  "continual",
  "curricula",
  "runs",
  "fine-tuning",
  "judges",
  "rainbow-teaming",
  "closed-loop",
  "report",
  "recipes",
  "cli",
] as const;

/** The room of a path such as "src/core/random.ts" or "recipes/index.ts"; undefined outside of all rooms. */
export function roomOf(path: string): string | undefined {
  const [top, room] = path.split("/");
  return top === "src" ? room : top === "recipes" ? "recipes" : undefined;
}

/** One line for each import of the file that goes up, or out of the house; none where all is well. */
export function wrongImports(file: SourceFile): string[] {
  const room = roomOf(file.path);
  const height = rooms.indexOf(room as (typeof rooms)[number]);
  if (height < 0) return [`${file.path}: its room ${room} is not in the list of rooms`];
  const wrong: string[] = [];
  for (const { fileName } of ts.preProcessFile(file.text).importedFiles) {
    if (!fileName.startsWith(".")) continue;
    const target = posix.join(posix.dirname(file.path), fileName);
    const targetRoom = roomOf(target);
    const targetHeight = rooms.indexOf(targetRoom as (typeof rooms)[number]);
    if (targetHeight < 0) wrong.push(`${file.path} imports ${target}, outside of the rooms`);
    else if (targetHeight > height)
      wrong.push(`${file.path} (${room}) imports ${target} (${targetRoom}), which is above it`);
    else if (targetRoom !== room && posix.basename(target) === "index.ts" && room !== "cli") {
      wrong.push(`${file.path} imports ${target}; import the concrete file across rooms`);
    }
  }
  return wrong;
}
