import { expect, test } from "vitest";
import {
  tinyLanguageModel,
  tinyParameters,
  tinyShape,
  tinyTokenizer,
} from "../../../tests/fixtures/tiny-language-model.ts";
import { transformerHidden } from "../../nn/transformer.ts";
import { compile } from "../../tensor/compile.ts";
import { type Tensor, tensor } from "../../tensor/tensor.ts";
import { encodePrompt } from "../encode-prompt.ts";

const texts = ["a cab.", "a bad cab fed a deaf bee a cabbage", "aha. ".repeat(60)];

/** The mean by its definition: each text alone, without padding, the begin token left out. */
async function plainMeans(): Promise<number[][]> {
  const hidden = compile((tokens: Tensor) => transformerHidden(tinyParameters(), tokens, tinyShape));
  const means: number[][] = [];
  for (const text of texts) {
    const tokens = encodePrompt(tinyTokenizer, text);
    const first = tinyTokenizer.beginToken === undefined ? 0 : 1;
    const { data } = await hidden(tensor(Int32Array.from(tokens), { shape: [1, tokens.length] }));
    means.push(
      Array.from({ length: tinyShape.hiddenSize }, (_, column) => {
        let sum = 0;
        for (let row = first; row < tokens.length; row++) sum += data[row * tinyShape.hiddenSize + column] as number;
        return sum / (tokens.length - first);
      }),
    );
  }
  await hidden.close();
  return means;
}

// The last text is longer than the parts in which a large model reads.
test.each([false, true])(
  "a text's vector is the mean of its final hidden states (continuous: %s)",
  async (continuous) => {
    const model = tinyLanguageModel({ embeds: true, continuous });
    const vectors = await model.embed(texts);
    const expected = await plainMeans();
    for (const [index, vector] of vectors.entries()) {
      for (const [column, value] of vector.entries()) {
        expect(Math.abs(value - (expected[index]?.[column] as number))).toBeLessThan(1e-4);
      }
    }
    await model.close();
  },
);

test("of a text longer than the context the first tokens are read", async () => {
  const model = tinyLanguageModel({ embeds: true, contextLength: 8 });
  const [long, cut] = await model.embed(["abcdefghabcdefgh", `abcdefgh${"a".repeat(30)}`]);
  expect(long).toEqual(cut);
  await model.close();
});
