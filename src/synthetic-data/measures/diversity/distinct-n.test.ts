import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { sharedDataMissing, sharedJsonLines } from "../../../../tests/fixtures/shared-data.ts";
import { distinctN } from "./distinct-n.ts";

const fixture: {
  cases: { texts: string[]; distinct: (number | null)[] }[];
  realData: Record<string, { field: string; distinct: number[] }>;
} = JSON.parse(readFileSync(new URL("../../../../tests/fixtures/nltk/distinct-n.json", import.meta.url), "utf8"));

async function distinct123(texts: readonly string[]): Promise<number[]> {
  const rows = texts.map((completion) => ({ prompt: "", completion }));
  return Promise.all([1, 2, 3].map((n) => distinctN({ n }).compute(rows)));
}

test("equal to nltk's n-grams on awkward text", async () => {
  for (const { texts, distinct } of fixture.cases) {
    expect(await distinct123(texts)).toEqual(distinct.map((value) => value ?? Number.NaN));
  }
});

test.skipIf(sharedDataMissing).each(Object.entries(fixture.realData))(
  "equal to nltk's n-grams on %s",
  async (name, { field, distinct }) => {
    expect(await distinct123(sharedJsonLines(`${name}.jsonl`).map((row) => row[field] as string))).toEqual(distinct);
  },
);
