import { join } from "node:path";
import { expect, test } from "vitest";
import { packageRoot } from "../src/core/package-root.ts";
import type { Row } from "./benchmark.ts";
import { recordedSettings } from "./recorded-settings.ts";

test("recorded settings name no folder of this machine", () => {
  const file = new URL("side.ts", import.meta.url);
  const inside = join(packageRoot, ".weights", "model.gguf");
  const row: Row = {
    kind: "comparison",
    name: "row",
    operation: "operation",
    goal: 1,
    illume: { file, settings: { model: inside, batch: 8 }, environment: { CACHE: "/somewhere/of/mine/cache" } },
    peer: { file, settings: { model: "/somewhere/else/model.gguf", weights: "benchmarks/.weights/a", half: true } },
  };
  expect(recordedSettings(row)).toEqual({
    illume: { model: ".weights/model.gguf", batch: 8, environment: { CACHE: "cache" } },
    peer: { model: "model.gguf", weights: "benchmarks/.weights/a", half: true },
  });
  expect(recordedSettings({ ...row, kind: "share" })).toEqual({ illume: { model: ".weights/model.gguf", batch: 8 } });
});
