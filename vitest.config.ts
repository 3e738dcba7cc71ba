import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: [
      "src/**/*.test.ts",
      "recipes/**/*.test.ts",
      "benchmarks/**/*.test.ts",
      "tests/**/*.test.ts",
      "web/src/**/*.test.ts",
    ],
    testTimeout: 60_000,
    maxWorkers: 2,
  },
});
