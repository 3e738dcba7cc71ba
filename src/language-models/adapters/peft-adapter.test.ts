import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { adapterFolder } from "../../../tests/fixtures/peft/read.ts";
import { initialParameters } from "../../../tests/fixtures/transformer/read.ts";
import { CorruptFileError } from "../../core/errors/corrupt-file-error.ts";
import { StorageError } from "../../core/errors/storage-error.ts";
import { UnknownNameError } from "../../core/errors/unknown-name-error.ts";
import { UnsupportedCapabilityError } from "../../core/errors/unsupported-capability-error.ts";
import { mergeLora } from "../../nn/lora.ts";
import { leavesOf } from "../../tensor/tree.ts";
import { openAdapted } from "./open-adapted.ts";
import { isPeftAdapter, readPeftAdapter, readPeftSettings } from "./peft-adapter.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "illume-adapter-"));
  cpSync(adapterFolder, folder, { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true }));

function change(settings: object): void {
  const path = join(folder, "adapter_config.json");
  writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, "utf8")), ...settings }));
}

describe("an adapter of PEFT", () => {
  test("says what it is", () => {
    expect(isPeftAdapter(folder)).toBe(true);
    const settings = readPeftSettings(folder);
    expect({ ...settings, targets: [...settings.targets].sort() }).toEqual({
      rank: 3,
      alpha: 5,
      targets: ["down_proj", "q_proj", "v_proj"],
      baseModel: "",
    });
  });

  test("rank-stabilised, it counts alpha over the root of the rank", () => {
    change({ use_rslora: true });
    expect(readPeftSettings(folder).alpha / 3).toBeCloseTo(5 / Math.sqrt(3), 12);
  });

  test.each<[string, object, new (...args: never[]) => Error]>([
    ["weights of directions", { use_dora: true }, UnsupportedCapabilityError],
    ["biases", { bias: "all" }, UnsupportedCapabilityError],
    ["ranks that differ", { rank_pattern: { "layers.0": 2 } }, UnsupportedCapabilityError],
    ["another kind", { peft_type: "IA3" }, CorruptFileError],
    ["no rank", { r: 0 }, CorruptFileError],
    ["an unknown layer", { target_modules: ["q_prj"] }, UnknownNameError],
  ])("with %s is refused", (_, settings, type) => {
    change(settings);
    expect(() => readPeftSettings(folder)).toThrow(type);
  });

  test("that does not fit the model is refused, and one that is not there", () => {
    change({ r: 4 });
    expect(() => readPeftAdapter(folder, initialParameters)).toThrow(CorruptFileError);
    expect(() => readPeftSettings(join(folder, "missing"))).toThrow(StorageError);
    writeFileSync(join(folder, "adapter_config.json"), "{");
    expect(() => readPeftSettings(folder)).toThrow(CorruptFileError);
  });

  test("opens as its base model with it merged", async () => {
    change({ base_model_name_or_path: "tiny" });
    const base = { name: "tiny", parameters: initialParameters };
    const opened = await openAdapted(folder, async (name) => (name === "tiny" ? base : undefined));
    const { lora } = readPeftAdapter(folder, initialParameters);
    const wanted = leavesOf(mergeLora(initialParameters, lora, 5 / 3));
    leavesOf(opened.parameters).forEach(({ tensor }, index) => {
      expect(Array.from(tensor.data)).toEqual(Array.from(wanted[index]?.tensor.data ?? []));
    });
    for (const name of ["", "elsewhere"]) {
      change({ base_model_name_or_path: name });
      await expect(openAdapted(folder, async () => undefined)).rejects.toThrow(UnsupportedCapabilityError);
    }
  });
});
