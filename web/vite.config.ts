/** Builds the report's page: one HTML file, everything inside it, with placeholders for a run's title and view model. */
import { svelte } from "@sveltejs/vite-plugin-svelte";
import { defineConfig } from "vite";
import { viteSingleFile } from "vite-plugin-singlefile";
import { contentSecurityPolicy } from "./content-security-policy.ts";
import { sampleData } from "./sample-data.ts";

export default defineConfig({
  root: import.meta.dirname,
  plugins: [svelte(), viteSingleFile({ removeViteModuleLoader: true }), contentSecurityPolicy(), sampleData()],
  build: {
    // The first versions with light-dark(), which the themes are written in.
    target: ["chrome123", "firefox120", "safari17.5"],
    rolldownOptions: { input: `${import.meta.dirname}/report.html` },
    reportCompressedSize: false,
  },
});
