/** The indices against comparing everything with everything. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InvalidArgumentError } from "../../core/errors/invalid-argument-error.ts";
import { ShapeError } from "../../core/errors/shape-error.ts";
import { RandomStream } from "../../core/random.ts";
import { ngramEmbedder } from "../../language-models/embedders/ngram-embedder.ts";
import { innerProduct } from "../../language-models/embedders/unit-vector.ts";
import { MinHashIndex } from "./min-hash-index.ts";
import { NearDuplicateFilter, type NearDuplicateFilterOptions } from "./near-duplicate-filter.ts";
import { normalisedText } from "./normalised-text.ts";
import { jaccard, shingles } from "./shingles.ts";
import { VectorIndex } from "./vector-index.ts";

const words = [
  "how",
  "many",
  "apples",
  "pears",
  "does",
  "Maria",
  "Tom",
  "have",
  "left",
  "after",
  "lunch",
  "now",
  "five",
];

/** Texts of which many are others with a word changed. */
function similarTexts(count: number, seed = 0): string[] {
  const random = new RandomStream(seed);
  const texts: string[] = [];
  for (let index = 0; index < count; index++) {
    const from = index > 0 && random.uniform() < 0.6 ? (random.choice(texts) as string).split(" ") : undefined;
    const parts = from ?? Array.from({ length: random.integer(6, 25) }, () => random.choice(words));
    parts[random.integer(0, parts.length)] = random.choice(words);
    texts.push(parts.join(" "));
  }
  return texts;
}

describe("shingles", () => {
  test("are the different n-grams, and Jaccard similarity is that of sets", () => {
    const ngrams = (text: string, size: number) =>
      new Set(
        text.length === 0
          ? []
          : text.length < size
            ? [text]
            : Array.from({ length: text.length - size + 1 }, (_, start) => text.slice(start, start + size)),
      );
    const short = fc.string({ unit: fc.constantFrom("a", "b", "c", "é", "\ud83d"), maxLength: 25 });
    fc.assert(
      fc.property(short, short, fc.integer({ min: 1, max: 6 }), (a, b, size) => {
        const [first, second] = [ngrams(a, size), ngrams(b, size)];
        expect(shingles(a, size)).toHaveLength(first.size);
        const shared = [...first].filter((ngram) => second.has(ngram)).length;
        const all = first.size + second.size - shared;
        expect(jaccard(shingles(a, size), shingles(b, size))).toBe(all === 0 ? 1 : shared / all);
      }),
    );
  });
});

describe("MinHash", () => {
  const similarity = 0.5;

  test("finds what comparing with all finds, but for what it says it may miss", () => {
    for (const threshold of [0.5, 0.8]) {
      const index = new MinHashIndex<number>({ threshold });
      const sets = similarTexts(300).map((text) => shingles(text, 5));
      let found = 0;
      let missed = 0;
      for (const [key, set] of sets.entries()) {
        const exact = sets.slice(0, key).map((other) => jaccard(set, other));
        const greatest = exact.reduce((most, value) => Math.max(most, value), 0);
        const nearest = index.nearest(set);
        if (greatest >= threshold) {
          if (nearest === undefined) missed++;
          else found++;
        }
        // What is found is similar, and no less than it says.
        if (nearest !== undefined) {
          expect(nearest.similarity).toBe(exact[nearest.key]);
          expect(nearest.similarity).toBeGreaterThanOrEqual(threshold);
        }
        index.add(key, set);
      }
      expect(found).toBeGreaterThan(50);
      expect(missed).toBe(0);
    }
  });

  test("misses about as often as it says", () => {
    // Bands far too long for this similarity, so that it misses often.
    const index = new MinHashIndex<number>({ threshold: 0.8, functions: 16 });
    const random = new RandomStream(1);
    let missed = 0;
    const rounds = 4000;
    const fresh = () => random.integer(0, 2 ** 32);
    for (let round = 0; round < rounds; round++) {
      // 20 of 60 members shared.
      const shared = Array.from({ length: 20 }, fresh);
      const [a, b] = [0, 1].map(() => Uint32Array.from([...shared, ...Array.from({ length: 20 }, fresh)]).sort());
      index.add(round, a as Uint32Array);
      const bandsEqual = index.candidates(b as Uint32Array).includes(round);
      if (!bandsEqual) missed++;
      index.remove(round);
    }
    const expected = index.missProbability(20 / 60);
    expect(expected).toBeGreaterThan(0.05);
    expect(Math.abs(missed / rounds - expected)).toBeLessThan(5 * Math.sqrt((expected * (1 - expected)) / rounds));
  });

  test("at the threshold it misses one in a thousand at most", () => {
    for (const threshold of [0.3, 0.5, 0.7, 0.8, 0.9, 1]) {
      const index = new MinHashIndex({ threshold });
      expect(index.missProbability(threshold)).toBeLessThanOrEqual(1e-3);
      expect(index.bands * index.rows).toBeLessThanOrEqual(128);
    }
    expect(new MinHashIndex({ threshold: 0.8 }).missProbability(similarity)).toBeGreaterThan(0.1);
  });

  test.each([{ threshold: 0 }, { threshold: 1.1 }, { threshold: 0.5, functions: 0 }])("refuses %j", (options) => {
    expect(() => new MinHashIndex(options)).toThrow(InvalidArgumentError);
  });
});

describe("vectors", () => {
  test("finds exactly what comparing with all finds, while vectors come and go", () => {
    const random = new RandomStream(2);
    for (const [dimensions, threshold] of [
      [8, 0.7],
      [70, 0.4],
      [512, 0.9],
    ] as const) {
      const index = new VectorIndex<number>(threshold);
      const present = new Map<number, Float32Array>();
      const drawn: Float32Array[] = [];
      let found = 0;
      for (let key = 0; key < 200; key++) {
        const base = drawn.length > 0 && random.uniform() < 0.5 ? (random.choice(drawn) as Float32Array) : undefined;
        const noisy = Float32Array.from(
          { length: dimensions },
          (_, place) =>
            (base?.[place] ?? 0) * 2 + (random.normal() / Math.sqrt(dimensions)) * (base === undefined ? 1 : 0.8),
        );
        const length = Math.sqrt(innerProduct(noisy, noisy));
        const vector = noisy.map((value) => value / length);
        const cosines = [...present].map(([other, one]) => [other, innerProduct(vector, one)] as const);
        const nearest = index.nearest(vector);
        const greatest = cosines.reduce((most, [, cosine]) => Math.max(most, cosine), -1);
        if (greatest >= threshold + 1e-5) found++;
        // Sums in another order may differ in the last place.
        if (Math.abs(greatest - threshold) > 1e-5) expect(nearest !== undefined).toBe(greatest >= threshold);
        if (nearest !== undefined) expect(Math.abs(nearest.similarity - greatest)).toBeLessThan(1e-5);
        index.add(key, vector);
        present.set(key, vector);
        drawn.push(vector);
        if (random.uniform() < 0.3) {
          const gone = random.choice([...present.keys()]);
          expect(index.remove(gone)).toBe(true);
          present.delete(gone);
        }
        expect(index.size).toBe(present.size);
      }
      expect(found).toBeGreaterThan(20);
    }
  });

  test("the same over many vectors, of which a part goes again", () => {
    const random = new RandomStream(6);
    const index = new VectorIndex<number>(0.97);
    const vectors = Array.from({ length: 2500 }, () => {
      const values = Float32Array.from({ length: 5 }, () => random.normal());
      return values.map((value) => value / Math.sqrt(innerProduct(values, values)));
    });
    for (const [key, vector] of vectors.entries()) index.add(key, vector);
    for (let key = 0; key < 2500; key += 3) index.remove(key);
    for (let question = 0; question < 60; question++) {
      const asked = vectors[question * 40] as Float32Array;
      const cosines = vectors.map((vector, key) => (key % 3 === 0 ? -1 : innerProduct(asked, vector)));
      const greatest = cosines.reduce((most, cosine) => Math.max(most, cosine), -1);
      const nearest = index.nearest(asked);
      if (Math.abs(greatest - 0.97) > 1e-5) expect(nearest !== undefined).toBe(greatest > 0.97);
      if (nearest === undefined) continue;
      expect(nearest.similarity).toBeCloseTo(greatest, 5);
      expect(cosines[nearest.key]).toBeCloseTo(greatest, 5);
    }
  });

  test("a key is replaced, an unknown one is not removed, other lengths are refused", () => {
    const index = new VectorIndex<string>(0.5);
    index.add("a", Float32Array.of(1, 0));
    index.add("a", Float32Array.of(0, 1));
    expect([index.size, index.nearest(Float32Array.of(1, 0)), index.remove("b")]).toEqual([1, undefined, false]);
    expect(() => index.nearest(Float32Array.of(1))).toThrow(ShapeError);
    expect(() => index.add("b", Float32Array.of(1, 0, 0))).toThrow(ShapeError);
    expect(() => new VectorIndex(0)).toThrow(InvalidArgumentError);
  });
});

describe("the filter over an archive", () => {
  const read = async <Key>(filter: NearDuplicateFilter<Key>, text: string) => (await filter.read([text]))[0] as never;

  test.each<[string, string, boolean]>([
    ["How many apples?", "how  many APPLES!", true],
    ["ﬁve", "five", true],
    ["a-b", "a b", true],
    ["ab", "a b", false],
    ["?!", "!?", false],
    ["??", " ?? ", true],
    ["", " \n", true],
    ["naïve", "naive", false],
  ])("%j and %j: equal but for spelling variants: %s", async (a, b, equal) => {
    expect(normalisedText(a) === normalisedText(b)).toBe(equal);
    const filter = new NearDuplicateFilter<number>({ ngrams: false });
    filter.add(7, await read(filter, a));
    const found = filter.find(await read(filter, b));
    expect(found).toEqual(equal ? { of: 7, kind: "equal", similarity: 1 } : undefined);
  });

  test("tells how a text is a near-duplicate, and of which", async () => {
    const embedder = ngramEmbedder();
    const filter = new NearDuplicateFilter<string>({ embedding: { embedder, threshold: 0.7 } });
    filter.add("first", await read(filter, "How many apples does Maria have left after lunch?"));
    const kinds = async (text: string) => filter.find(await read(filter, text));
    expect(await kinds("how many apples does maria have left after lunch")).toMatchObject({
      of: "first",
      kind: "equal",
    });
    expect(await kinds("How many apples does Maria have left after lunch now?")).toMatchObject({ kind: "n-grams" });
    expect(await kinds("After lunch, how many apples have Maria left?")).toMatchObject({ kind: "embedding" });
    expect(await kinds("Where does the river end?")).toBeUndefined();
  });

  test("any order of adding and removing leaves what adding the rest alone gives", async () => {
    const options: NearDuplicateFilterOptions = { ngrams: { threshold: 0.6, functions: 32 } };
    const texts = similarTexts(12, 3);
    const reader = new NearDuplicateFilter<number>(options);
    const readTexts = await reader.read(texts);
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), fc.nat(11), fc.nat(11)), { maxLength: 30 }), (operations) => {
        const filter = new NearDuplicateFilter<number>(options);
        const present = new Map<number, number>();
        for (const [adds, key, text] of operations) {
          if (adds) {
            filter.add(key, readTexts[text] as never);
            present.delete(key);
            present.set(key, text);
          } else expect(filter.remove(key)).toBe(present.delete(key));
        }
        const anew = new NearDuplicateFilter<number>(options);
        for (const [key, text] of present) anew.add(key, readTexts[text] as never);
        expect(filter.size).toBe(present.size);
        for (const text of readTexts) expect(filter.find(text)).toEqual(anew.find(text));
      }),
      { numRuns: 50 },
    );
  });

  test("makes twelve different texts of twelve groups of copies", async () => {
    const random = new RandomStream(4);
    const originals = similarTexts(200, 5)
      .slice(0, 12)
      .map((text, index) => `${text} ${index} ${text.length * 31} times`);
    const copies = random.shuffle(originals.flatMap((text) => [text, `${text}!`, text.toUpperCase(), `  ${text}`]));
    const filter = new NearDuplicateFilter<number>({ ngrams: { threshold: 0.95 } });
    const kept: string[] = [];
    for (const [key, text] of (await filter.read(copies)).entries()) {
      if (filter.find(text) !== undefined) continue;
      filter.add(key, text);
      kept.push(copies[key] as string);
    }
    expect(new Set(kept.map(normalisedText)).size).toBe(kept.length);
    expect(kept).toHaveLength(new Set(originals.map(normalisedText)).size);
  });

  test("refuses n-grams without characters", () => {
    expect(() => new NearDuplicateFilter({ ngrams: { size: 0 } })).toThrow(InvalidArgumentError);
  });
});
