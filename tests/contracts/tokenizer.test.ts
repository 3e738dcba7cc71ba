import { fileURLToPath } from "node:url";
import { RandomStream } from "../../src/core/random.ts";
import { characterTokenizer } from "../../src/language-models/character-tokenizer.ts";
import { readTokenizer } from "../../src/language-models/pretrained/huggingface-folder.ts";
import { gradeSchoolTokenizer } from "../../src/reasoning/tasks/grade-school/grade-school-tokenizer.ts";
import { drawPretrainingExample } from "../../src/reasoning/tasks/grade-school/pretraining.ts";
import { tokenizerContract } from "./tokenizer.contract.ts";

tokenizerContract({
  name: "characters",
  tokenizer: characterTokenizer("abc \n😀é"),
  texts: ["", "a", "cab\nbac", "😀 é 😀", "  "],
});

const random = new RandomStream(0);
tokenizerContract({
  name: "grade school",
  tokenizer: gradeSchoolTokenizer,
  texts: Array.from({ length: 20 }, () => drawPretrainingExample(0.3, random)).flatMap(({ prompt, completion }) => [
    prompt,
    completion,
  ]),
});

for (const kind of ["smollm", "llama3", "qwen2"]) {
  tokenizerContract({
    name: `published, split as ${kind}`,
    tokenizer: readTokenizer(fileURLToPath(new URL(`../fixtures/tokenizers/${kind}`, import.meta.url))),
    texts: ["", " a", "Hello, world! 12345", "<|im_end|>", "👍 é 你好 ٣٤٥", "\n\t x"],
  });
}
