import { describe, expect, test } from "vitest";
import { RandomStream } from "../../src/core/random.ts";
import { annotationAccuracy } from "../../src/reasoning/tasks/gsm8k/annotation-accuracy.ts";
import type { CardRowView } from "../../src/report/view-model.ts";
import { dataCard } from "../../src/synthetic-data/card.ts";
import { attributeMean } from "../../src/synthetic-data/measures/attribute-mean.ts";
import {
  lengthInCharacters,
  lengthInTokens,
  lengthInWords,
} from "../../src/synthetic-data/measures/complexity/length.ts";
import { reasoningSteps } from "../../src/synthetic-data/measures/complexity/reasoning-steps.ts";
import { attributeDescriptor, lengthDescriptor } from "../../src/synthetic-data/measures/descriptor.ts";
import { archiveCoverage } from "../../src/synthetic-data/measures/diversity/archive-coverage.ts";
import { compressionRatio } from "../../src/synthetic-data/measures/diversity/compression-ratio.ts";
import { descriptorEntropy } from "../../src/synthetic-data/measures/diversity/descriptor-entropy.ts";
import { distinctN } from "../../src/synthetic-data/measures/diversity/distinct-n.ts";
import { duplicateRate } from "../../src/synthetic-data/measures/diversity/duplicate-rate.ts";
import { selfBleu } from "../../src/synthetic-data/measures/diversity/self-bleu.ts";
import { verifierAccuracy } from "../../src/synthetic-data/measures/quality/verifier-accuracy.ts";
import { measureContract } from "./measure.contract.ts";

const cell = attributeDescriptor("cell", 6);
const surface = attributeDescriptor("surface", ["plain", "story"]);
const perCharacter = { encode: (text: string) => [...text].map((character) => character.charCodeAt(0)) };

measureContract([
  verifierAccuracy(),
  annotationAccuracy(),
  attributeMean({ attribute: "score", axis: "quality", range: [0, 1], higherMeans: "better" }),
  distinctN({ n: 1 }),
  distinctN({ n: 2, part: "both" }),
  distinctN({ n: 3, tokenization: "13a", part: "prompt" }),
  selfBleu(),
  selfBleu({ tokenization: "none" }),
  selfBleu({ part: "both", sample: { maximumRows: 4, random: new RandomStream(0) } }),
  compressionRatio(),
  compressionRatio({ part: "prompt" }),
  duplicateRate(),
  duplicateRate({ part: "completion" }),
  archiveCoverage({ descriptors: [cell, surface] }),
  descriptorEntropy({ descriptors: [cell] }),
  descriptorEntropy({ descriptors: [lengthDescriptor, surface] }),
  reasoningSteps(),
  lengthInWords(),
  lengthInCharacters(),
  lengthInTokens({ tokenizer: perCharacter, part: "both" }),
]);

describe("with a verifier of one's own", () => {
  const verify = ({ completion }: { completion: string }) =>
    completion === "" ? undefined : Promise.resolve(completion.includes("5"));
  measureContract([verifierAccuracy({ verify })]);
});

test("the rows of a card are what a report shows", async () => {
  const card = await dataCard([{ prompt: "a", completion: "b c" }], { random: new RandomStream(0) });
  const shown: readonly CardRowView[] = card.rows;
  expect(shown.map((row) => row.measure)).toContain("length-words");
});
