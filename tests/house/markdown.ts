/** The repository's Markdown, for the tests of the house. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { repository, type SourceFile, sourceFiles } from "./source-files.ts";

/** Folders of other people's files, and of what is made. */
const foreign = ["node_modules", "dist", "runs", "coverage", ".git"];

/** All Markdown files of the repository, with their texts. */
export function markdownFiles(): SourceFile[] {
  const entries = readdirSync(repository, { withFileTypes: true });
  const top = entries
    .filter((entry) => entry.isFile() && entry.name.endsWith(".md"))
    .map(({ name }) => ({ path: name, text: readFileSync(join(repository, name), "utf8") }));
  const folders = entries.filter((entry) => entry.isDirectory() && !foreign.includes(entry.name));
  return [...top, ...sourceFiles(folders.map(({ name }) => name).sort(), [".md"])];
}

/** The contents of the fenced blocks in one language. */
export function codeBlocks(text: string, language: string): string[] {
  const fence = new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, "gm");
  return [...text.matchAll(fence)].map((match) => match[1] as string);
}

/** The text without fenced blocks and code in lines; what is in headings' code stays. */
export function withoutCode(text: string): string {
  return text
    .replace(/^```[^\n]*\n[\s\S]*?^```$/gm, "")
    .split("\n")
    .map((line) => (line.startsWith("#") ? line.replaceAll("`", "") : line.replace(/`[^`]*`/g, "")))
    .join("\n");
}
