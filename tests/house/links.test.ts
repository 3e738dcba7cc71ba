import { existsSync, readFileSync, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { markdownFiles, withoutCode } from "./markdown.ts";
import { repository, type SourceFile } from "./source-files.ts";

/** Targets of links and pictures, as they are written. */
function targetsOf({ text }: SourceFile): string[] {
  const visible = withoutCode(text);
  const inline = [...visible.matchAll(/\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)/g)];
  const references = [...visible.matchAll(/^\[[^\]]+\]:\s*(\S+)/gm)];
  const html = [...visible.matchAll(/\b(?:href|src)="([^"]+)"/g)];
  return [...inline, ...references, ...html].map((match) => match[1] as string);
}

/** The name of a heading in links, as GitHub makes it. */
function anchorOf(heading: string): string {
  return heading
    .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, "")
    .trim()
    .replaceAll(" ", "-");
}

function anchors(text: string): string[] {
  return [...withoutCode(text).matchAll(/^#{1,6}\s+(.+?)\s*#*$/gm)].map((match) => anchorOf(match[1] as string));
}

/** Relative links of a file that lead nowhere; `read` gives the text of a file, "" of a folder, undefined of neither. */
function brokenLinks(file: SourceFile, read: (path: string) => string | undefined): string[] {
  return targetsOf(file)
    .filter((target) => !/^[a-z][a-z+.-]*:/i.test(target))
    .filter((target) => {
      const [path = "", anchor] = target.split("#").map(decodeURI);
      const text = path === "" ? file.text : read(join(dirname(file.path), path));
      return text === undefined || (anchor !== undefined && !anchors(text).includes(anchor));
    })
    .map((target) => `${file.path}: ${target}`);
}

function readInRepository(path: string): string | undefined {
  const absolute = join(repository, path);
  if (path.startsWith("..") || !existsSync(absolute)) return undefined;
  return statSync(absolute).isDirectory() ? "" : readFileSync(absolute, "utf8");
}

describe("links in Markdown", () => {
  test("lead to files and headings that exist", () => {
    const files = markdownFiles();
    expect(files.map(({ path }) => path)).toContain("README.md");
    expect(files.flatMap(targetsOf).length).toBeGreaterThan(30);
    expect(files.flatMap((file) => brokenLinks(file, readInRepository))).toEqual([]);
  });

  test.each([
    ["a file", "[b](b.md)", 0],
    ["a heading of it", "[b](b.md#two-words-more)", 0],
    ["a heading of its own", "# One\n[b](#one)", 0],
    ["another site", "[b](https://example.org/b.md)", 0],
    ["code", "`[b](c.md)`\n```\n[b](c.md)\n```", 0],
    ["a missing file", "[b](c.md)", 1],
    ["a missing picture", "![b](c.png)", 1],
    ["a missing heading", "[b](b.md#three)", 1],
    ["HTML", '<img src="c.png">', 1],
    ["a reference", "[b]: c.md", 1],
    ["out of the repository", "[b](../../b.md)", 1],
  ])("%s", (_, text, count) => {
    const read = (path: string) => (path === "docs/b.md" ? "## Two words, `more`" : undefined);
    expect(brokenLinks({ path: "docs/a.md", text }, read)).toHaveLength(count);
  });
});
