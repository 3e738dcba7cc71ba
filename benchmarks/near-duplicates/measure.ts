/**
 * Processor seconds of the near-duplicate filter over a large archive:
 *
 *     node benchmarks/near-duplicates/measure.ts [ENTRIES]
 *
 * Texts are sentences of 8 to 24 words, drawn by Zipf's law from 3000; a tenth are copies with a word changed. Vectors have
 * 512 numbers and, unrelated, a mean cosine of 0.14, as USE-lite has; a tenth are copies with noise. No peer: what is
 * printed is recorded in src/synthetic-data/README.md.
 */
import { RandomStream } from "../../src/core/random.ts";
import { NearDuplicateFilter, type ReadText } from "../../src/synthetic-data/filters/near-duplicate-filter.ts";
import { VectorIndex } from "../../src/synthetic-data/filters/vector-index.ts";

const entries = Number(process.argv[2] ?? 100_000);
const asked = 500;
const random = new RandomStream(0);
const vocabulary = Array.from({ length: 3000 }, () =>
  Array.from({ length: random.integer(2, 10) }, () => String.fromCharCode(97 + random.integer(0, 26))).join(""),
);
const zipf = Float64Array.from(vocabulary, (_, rank) => 1 / (rank + 2));
const sums = zipf.map(
  (
    (sum) => (weight: number) =>
      (sum += weight)
  )(0),
);

function drawWord(): string {
  const target = random.uniform() * (sums.at(-1) as number);
  let low = 0;
  let high = sums.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sums[middle] as number) > target) high = middle;
    else low = middle + 1;
  }
  return vocabulary[low] as string;
}

const texts: string[] = [];
for (let index = 0; index < entries + asked; index++) {
  const copied = index > 0 && random.uniform() < 0.1;
  const words = copied
    ? (texts[random.integer(0, index)] as string).split(" ")
    : Array.from({ length: random.integer(8, 25) }, drawWord);
  words[random.integer(0, words.length)] = drawWord();
  texts.push(words.join(" "));
}

/** Of the processor, so that what else runs on the machine counts less; all is in one thread. */
const now = () => process.cpuUsage().user / 1e6;
const seconds = (start: number) => now() - start;
const say = (what: string, value: number, unit: string) =>
  console.log(`${what.padEnd(52)} ${value.toFixed(3)} ${unit}`);
const megabytes = () => {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return (heapUsed + arrayBuffers) / 2 ** 20;
};

const before = megabytes();
const filter = new NearDuplicateFilter<number>();
const build = now();
const readTexts: ReadText[] = [];
for (let start = 0; start < entries; start += 1000) {
  const read = await filter.read(texts.slice(start, Math.min(entries, start + 1000)));
  for (const [offset, text] of read.entries()) filter.add(start + offset, text);
}
say(`${entries} texts, equal and n-grams: read and added in`, seconds(build), "s");
say("memory", megabytes() - before, "MB");
readTexts.push(...(await filter.read(texts.slice(entries))));
const find = now();
const found = readTexts.filter((text) => filter.find(text) !== undefined).length;
say("one look-up", (1000 * seconds(find)) / asked, "ms");
say("near-duplicates found of the asked ones", found / asked, "");

const size = 512;
const noise = (scale: number, base?: Float32Array) => {
  const vector = new Float32Array(size);
  for (let place = 0; place < size; place += 2) {
    const radius = Math.sqrt(-2 * Math.log(1 - random.uniform())) * scale;
    const angle = 2 * Math.PI * random.uniform();
    vector[place] = radius * Math.cos(angle) + (base?.[place] ?? common[place] ?? 0);
    vector[place + 1] = radius * Math.sin(angle) + (base?.[place + 1] ?? common[place + 1] ?? 0);
  }
  let squares = 0;
  for (const value of vector) squares += value * value;
  return vector.map((value) => value / Math.sqrt(squares));
};
const common: Float32Array = new Float32Array(size).fill(Math.sqrt(0.14 / size));
for (const threshold of [0.95, 0.9, 0.8]) {
  const index = new VectorIndex<number>(threshold);
  const kept: Float32Array[] = [];
  const added = now();
  for (let key = 0; key < entries; key++) {
    const vector = noise(Math.sqrt(0.86 / size));
    if (key < 1000) kept.push(vector);
    index.add(key, vector);
  }
  if (threshold === 0.95) say(`${entries} vectors of 512 numbers: drawn and added in`, seconds(added), "s");
  const questions = Array.from({ length: 100 }, (_, number) =>
    number % 10 === 0 ? noise(0.2 / Math.sqrt(size), random.choice(kept)) : noise(Math.sqrt(0.86 / size)),
  );
  const start = now();
  const hits = questions.filter((vector) => index.nearest(vector) !== undefined).length;
  say(`one look-up by cosine ${threshold} (${hits} of 100 found)`, (1000 * seconds(start)) / questions.length, "ms");
}
