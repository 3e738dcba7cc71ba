import { createHash } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { sampleViewModel } from "../../tests/fixtures/report/sample.ts";
import { StorageError } from "../core/errors/storage-error.ts";
import { renderReport, writeReport } from "./render-report.ts";

const viewModel = sampleViewModel({ items: 30, hostile: true });

describe("renderReport", () => {
  const html = renderReport(viewModel);

  test("the page refers to nothing outside itself", () => {
    const plain = renderReport(sampleViewModel({ items: 30 }));
    const elements = plain.replace(/(<script type="module"[^>]*>|<style[^>]*>)[\s\S]*?(<\/script>|<\/style>)/g, "$1$2");
    expect(elements.match(/\b(src|srcset|poster|action)=/g)).toBeNull();
    expect([...elements.matchAll(/\bhref="([^"]*)"/g)].map((match) => match[1])).toEqual(["data:,"]);
    expect(plain.match(/@import|url\((?!#)/g)).toBeNull();
  });

  test("its policy allows the script inside it by hash, and no other", () => {
    const policy = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(html)?.[1] ?? "";
    const scripts = [...html.matchAll(/<script type="module"[^>]*>([\s\S]*?)<\/script>/g)].map(
      (match) => match[1] ?? "",
    );
    expect(scripts.length).toBe(1);
    const hash = createHash("sha256")
      .update(scripts[0] as string)
      .digest("base64");
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain(`script-src 'sha256-${hash}';`);
    expect(policy).not.toContain("http");
  });

  test("the same view model gives the same bytes", () => {
    expect(renderReport(sampleViewModel({ items: 30, hostile: true })) === html).toBe(true);
  });
});

describe("writeReport", () => {
  test("writes the page, and says when it cannot", () => {
    const folder = mkdtempSync(join(tmpdir(), "illume-report-"));
    try {
      const file = join(folder, "report.html");
      writeReport({ viewModel, file });
      expect(readFileSync(file, "utf8") === renderReport(viewModel)).toBe(true);
      expect(() => writeReport({ viewModel, file: join(folder, "missing", "report.html") })).toThrow(StorageError);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
