import { createHash } from "node:crypto";
import type { Plugin } from "vite";

/**
 * The policy of a finished page: nothing from anywhere, only the scripts that were built into it.
 *
 * Scripts are allowed by hash, so a script that a run's texts smuggled in could not run even if it were parsed as one;
 * trusted types forbid making HTML from strings, except for Svelte's own templates. Styles are allowed inline, because
 * Observable Plot puts a style element into each chart.
 */
export function pagePolicy(html: string): string {
  const hashes = [...html.matchAll(/<script type="module"[^>]*>([\s\S]*?)<\/script>/g)].map(
    (match) =>
      `'sha256-${createHash("sha256")
        .update(match[1] as string)
        .digest("base64")}'`,
  );
  return [
    "default-src 'none'",
    `script-src ${hashes.join(" ")}`,
    "style-src 'unsafe-inline'",
    "img-src data:",
    "base-uri 'none'",
    "form-action 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types svelte-trusted-html",
  ].join("; ");
}

/** Writes the policy into the built page, after everything has been inlined. */
export function contentSecurityPolicy(): Plugin {
  return {
    name: "illume:content-security-policy",
    apply: "build",
    enforce: "post",
    generateBundle: {
      order: "post",
      handler(_options, bundle) {
        for (const file of Object.values(bundle)) {
          if (file.type !== "asset" || !file.fileName.endsWith(".html")) continue;
          const html = String(file.source);
          const meta = `<meta http-equiv="Content-Security-Policy" content="${pagePolicy(html)}" />`;
          file.source = html.replace('<meta charset="utf-8" />', (charset) => `${charset}\n    ${meta}`);
        }
      },
    },
  };
}
