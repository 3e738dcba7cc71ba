import { describe, expect, test } from "vitest";
import { fixtureShape, initialParameters } from "../../tests/fixtures/transformer/read.ts";
import { UnknownNameError } from "../core/errors/unknown-name-error.ts";
import { RandomStream } from "../core/random.ts";
import { tensor } from "../tensor/tensor.ts";
import { leavesOf, mapTree } from "../tensor/tree.ts";
import {
  initialiseLora,
  loraScale,
  loraSettings,
  loraTargets,
  loraTemplate,
  mergeLora,
  requireLoraTargets,
  withLora,
} from "./lora.ts";
import { transformerLogits } from "./transformer.ts";

const tokens = tensor([[1, 2, 3, 4, 5]], { elementType: "int32" });
const numbers = (data: ArrayLike<number>) => Array.from(data);

describe("low-rank adaptation", () => {
  test("changes nothing at first, and A begins within 1 / sqrt(in)", () => {
    const lora = initialiseLora(initialParameters, { rank: 3, targets: loraTargets }, new RandomStream(1));
    const before = transformerLogits(initialParameters, tokens, fixtureShape);
    const after = transformerLogits(withLora(initialParameters, lora, 2), tokens, fixtureShape);
    expect(numbers(after.data)).toEqual(numbers(before.data));
    for (const { path, tensor: leaf } of leavesOf(lora)) {
      const [rows, columns] = leaf.shape as [number, number];
      const bound = path.endsWith("lora_A.weight") ? 1 / Math.sqrt(columns) : 0;
      expect(path.endsWith("lora_A.weight") ? rows : columns).toBe(3);
      expect(leaf.data.every((value: number) => Math.abs(value) <= bound)).toBe(true);
    }
    expect(leavesOf(lora)).toHaveLength(fixtureShape.layers * loraTargets.length * 2);
  });

  test("merged it is the same function", () => {
    const options = { rank: 2, alpha: 3, targets: loraTargets };
    const random = new RandomStream(2);
    const lora = mapTree(loraTemplate(initialParameters, options), (leaf) =>
      tensor(
        Float32Array.from(leaf.data, () => 0.1 * random.normal()),
        { shape: leaf.shape },
      ),
    );
    const adapted = transformerLogits(withLora(initialParameters, lora, loraScale(options)), tokens, fixtureShape);
    const merged = transformerLogits(mergeLora(initialParameters, lora, loraScale(options)), tokens, fixtureShape);
    merged.data.forEach((value: number, index: number) => {
      expect(value).toBeCloseTo(adapted.data[index] as number, 4);
    });
    const plain = transformerLogits(initialParameters, tokens, fixtureShape);
    expect(Math.abs((plain.data[0] as number) - (merged.data[0] as number))).toBeGreaterThan(1e-3);
  });

  test("defaults, and names of layers", () => {
    expect(loraSettings({ rank: 4 })).toEqual({ rank: 4, alpha: 8, targets: ["q_proj", "v_proj"] });
    expect(requireLoraTargets(["down_proj"])).toEqual(["down_proj"]);
    expect(() => requireLoraTargets(["q_prj"])).toThrow(UnknownNameError);
  });
});
