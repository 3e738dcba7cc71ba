import { RandomStream } from "../../src/core/random.ts";
import { ScriptedLanguageModel } from "../../src/language-models/scripted-language-model.ts";
import { categoricalDescriptor } from "../../src/quality-diversity/descriptors/categorical-descriptor.ts";
import { classifiedDescriptor } from "../../src/quality-diversity/descriptors/classified-descriptor.ts";
import { evenEdges, numericDescriptor } from "../../src/quality-diversity/descriptors/numeric-descriptor.ts";
import { textLengthDescriptor } from "../../src/quality-diversity/descriptors/text-length-descriptor.ts";
import { gradeSchool } from "../../src/reasoning/tasks/grade-school/grade-school.ts";
import { randomProblem } from "../../src/reasoning/tasks/grade-school/samplers.ts";
import { attributeDescriptor, lengthDescriptor } from "../../src/synthetic-data/measures/descriptor.ts";
import { descriptorContract } from "./descriptor.contract.ts";

const texts = ["", "How many?", "Where is the river?", "Why ".repeat(40), "🙂\u202e\u0000"];
const random = new RandomStream(0);
const problems = Array.from({ length: 40 }, () => randomProblem(random));
const rows = texts.map((completion, index) => ({ prompt: "p", completion, attributes: { kind: index % 2 } }));

descriptorContract({
  name: "a given label",
  create: () =>
    categoricalDescriptor({
      name: "style",
      bins: ["plain", "slang"],
      read: (item: { style?: string }) => item.style,
    }),
  items: [{ style: "slang" }, { style: "plain" }],
  placeless: [{}],
});
descriptorContract({
  name: "any function of a text",
  create: () =>
    categoricalDescriptor({
      name: "question",
      bins: ["no", "yes"],
      read: (text: string) => (text.endsWith("?") ? 1 : 0),
    }),
  items: texts,
});
descriptorContract({
  name: "a number between edges",
  create: () => numericDescriptor({ name: "x", edges: [0, 1, 10], read: (item: number) => item }),
  items: [-Infinity, -1, -0, 0, 0.5, 1, 9.99, 10, Infinity],
  placeless: [Number.NaN],
});
descriptorContract({
  name: "characters",
  create: () => textLengthDescriptor({ unit: "characters", edges: evenEdges(4, 24, 10) }),
  items: texts,
});
descriptorContract({
  name: "words",
  create: () => textLengthDescriptor({ unit: "words", edges: [1, 3, 20] }),
  items: texts,
});
const topics = ["rivers", "numbers", "other things"];
const topicOf = (text: string) => (text.includes("river?") ? 0 : text.includes("many") ? 1 : 2);
/** The text of the item, from the prompt. */
const quoted = (prompt: string) => JSON.parse((/^Text: (.*)$/mu.exec(prompt) as RegExpExecArray)[1] as string);
descriptorContract({
  name: "classified by a model that scores",
  create: () =>
    classifiedDescriptor({
      name: "topic",
      bins: topics,
      instruction: "What is it about?",
      model: new ScriptedLanguageModel({
        score: (prompt, completion) => (topics[topicOf(quoted(prompt))] === completion ? -1 : -3),
      }),
    }),
  items: texts,
});
descriptorContract({
  name: "classified by the votes of a model",
  create: () =>
    classifiedDescriptor({
      name: "topic",
      bins: topics,
      instruction: "What is it about?",
      model: new ScriptedLanguageModel({
        answer: ({ text, sample }) => {
          const topic = topics[topicOf(quoted(text))] as string;
          if (quoted(text) === "¿?") return "rivers or numbers";
          return sample === 2 ? "I cannot say" : `Label: ${topic.toUpperCase()}.`;
        },
      }),
    }),
  items: texts,
  placeless: ["¿?"],
});
descriptorContract({
  name: "an attribute of a row",
  create: () => attributeDescriptor("kind", 3),
  items: rows,
  placeless: [{ prompt: "", completion: "", attributes: {} } as (typeof rows)[number]],
});
descriptorContract({ name: "length of a row", create: () => lengthDescriptor, items: rows });
for (const descriptor of gradeSchool.descriptors) {
  descriptorContract({
    name: `of the task grade-school: ${descriptor.name}`,
    create: () => descriptor,
    items: problems,
  });
}
