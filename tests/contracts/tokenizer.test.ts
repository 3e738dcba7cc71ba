import { RandomStream } from "../../src/core/random.ts";
import { characterTokenizer } from "../../src/language-models/character-tokenizer.ts";
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
