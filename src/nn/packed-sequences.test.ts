import fc from "fast-check";
import { expect, test } from "vitest";
import { fixtureShape, initialParameters } from "../../tests/fixtures/transformer/read.ts";
import { tensor } from "../tensor/tensor.ts";
import { causalAttention } from "./attention/causal-attention.ts";
import { transformerHidden } from "./transformer.ts";

test("sequences that share a row come out as if each had one", () => {
  const sequence = fc.array(fc.nat(60), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(fc.array(sequence, { minLength: 1, maxLength: 3 }), fc.nat(3), (sequences, padding) => {
      const tokens = [...sequences.flat(), ...Array<number>(padding).fill(0)];
      const positions = [
        ...sequences.flatMap((one) => one.map((_, index) => index)),
        ...Array<number>(padding).fill(0),
      ];
      const segments = [...sequences.flatMap((one, index) => one.map(() => index)), ...Array<number>(padding).fill(-1)];
      const row = (values: readonly number[]) => tensor([values], { elementType: "int32" });
      const packed = transformerHidden(initialParameters, row(tokens), fixtureShape, causalAttention, {
        positions: row(positions),
        segments: row(segments),
      });
      let start = 0;
      for (const one of sequences) {
        const alone = transformerHidden(initialParameters, row(one), fixtureShape).data;
        alone.forEach((value: number, index: number) => {
          expect(value).toBeCloseTo(packed.data[start * fixtureShape.hiddenSize + index] as number, 4);
        });
        start += one.length;
      }
    }),
    { numRuns: 8 },
  );
});
