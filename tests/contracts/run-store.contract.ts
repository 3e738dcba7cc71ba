/** What every run store must do; a new implementation adds one line that calls this. */
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { InvalidArgumentError } from "../../src/core/errors/invalid-argument-error.ts";
import type { Json, RunStore, StoredEntry } from "../../src/runs/run-store.ts";

export interface RunStoreSubject {
  readonly store: RunStore;
  /** Closes the store and opens it again as a later process would; the same one where it ends with the process. */
  reopen(): RunStore;
  dispose(): void;
}

const entry = (id: string, more: Partial<StoredEntry> = {}): StoredEntry => ({
  id,
  parentId: null,
  iteration: 0,
  archive: "search",
  cell: 3,
  fitness: 0.5,
  payload: { problem: id },
  ...more,
});

const text = fc.string({ unit: "grapheme", maxLength: 12 });
const plainJson = fc.jsonValue({ noUnicodeString: false }).map((value) => JSON.parse(JSON.stringify(value)) as Json);

export function runStoreContract(name: string, create: (configuration: Json) => RunStoreSubject): void {
  describe(`${name} as a RunStore`, () => {
    let subject: RunStoreSubject;
    let store: RunStore;
    beforeEach(() => {
      subject = create({ seed: 7, search: { arm: "quality-diversity" } });
      store = subject.store;
    });
    afterEach(() => subject.dispose());
    const reopen = () => {
      store = subject.reopen();
      return store;
    };

    test("keeps the configuration", () => {
      expect(reopen().configuration).toEqual({ seed: 7, search: { arm: "quality-diversity" } });
    });

    test("is empty at first", () => {
      expect([store.events(), store.entries(), store.metrics()]).toEqual([[], [], []]);
      expect([store.call("a"), store.state("a")]).toEqual([undefined, undefined]);
    });

    test("numbers events from 1 in their order and filters by kind", () => {
      const before = Date.now();
      store.appendEvent("start", { a: 1 });
      store.appendEvent("batch", [1, 2]);
      store.appendEvent("start", null);
      const events = reopen().events();
      expect(events.map(({ time, ...event }) => event)).toEqual([
        { sequence: 1, kind: "start", payload: { a: 1 } },
        { sequence: 2, kind: "batch", payload: [1, 2] },
        { sequence: 3, kind: "start", payload: null },
      ]);
      expect(events.every(({ time }) => time >= before && time <= Date.now())).toBe(true);
      expect(store.events("start").map(({ sequence }) => sequence)).toEqual([1, 3]);
      expect(store.events("other")).toEqual([]);
      expect(store.firstEventTime()).toBe(events[0]?.time);
      expect(["start", "other"].map((kind) => store.countEvents(kind))).toEqual([2, 0]);
    });

    test("keeps entries in the order of adding, by archive", () => {
      const entries = [entry("z"), entry("b", { archive: "renewed attack", parentId: "z", iteration: 4 }), entry("a")];
      store.addEntries(entries.slice(0, 2));
      store.addEntries(entries.slice(2));
      expect(reopen().entries()).toEqual(entries);
      expect(store.entries("search")).toEqual([entries[0], entries[2]]);
      expect(reopen().mapEntries("search", ({ id, payload }) => [id, payload])).toEqual(
        [entries[0], entries[2]].map((each) => [each?.id, each?.payload]),
      );
      expect(store.entries("renewed attack")).toEqual([entries[1]]);
      expect(["search", "renewed attack", "none"].map((archive) => store.countEntries(archive))).toEqual([2, 1, 0]);
    });

    test("refuses an id twice, and then adds nothing of the batch", () => {
      store.addEntries([entry("a")]);
      expect(() => store.addEntries([entry("b"), entry("a")])).toThrow(InvalidArgumentError);
      expect(() => store.addEntries([entry("c"), entry("c")])).toThrow(/expected entries whose id is new/);
      expect(store.entries().map(({ id }) => id)).toEqual(["a"]);
    });

    test.each([{ fitness: Number.NaN }, { fitness: Infinity }, { cell: 1.5 }, { iteration: Number.NaN }])(
      "refuses an entry with %o",
      (wrong) => {
        expect(() => store.addEntries([entry("a", wrong)])).toThrow(InvalidArgumentError);
        expect(store.entries()).toEqual([]);
      },
    );

    test("orders metrics by name and step; the last value of a step counts", () => {
      store.addMetrics([
        { name: "loss", step: 2, value: 0.25 },
        { name: "loss", step: 1, value: 0.5 },
        { name: "coverage", step: 10, value: 0.125 },
      ]);
      store.addMetrics([{ name: "loss", step: 2, value: Number.NaN }]);
      expect(reopen().metrics("loss")).toEqual([
        { name: "loss", step: 1, value: 0.5 },
        { name: "loss", step: 2, value: Number.NaN },
      ]);
      expect(store.metrics().map(({ name: metric, step }) => [metric, step])).toEqual([
        ["coverage", 10],
        ["loss", 1],
        ["loss", 2],
      ]);
      expect(store.metrics("other")).toEqual([]);
      expect(() => store.addMetrics([{ name: "loss", step: 0.5, value: 1 }])).toThrow(InvalidArgumentError);
    });

    test("a call keeps its first result", () => {
      store.addCall("key", { tokens: 3 });
      store.addCall("key", { tokens: 4 });
      store.addCall("nothing", null);
      expect(reopen().call("key")).toEqual({ tokens: 3 });
      expect(store.call("nothing")).toBeNull();
    });

    test("a state keeps its last value", () => {
      store.setState("phase", { name: "search" });
      store.setState("phase", { name: "learn", step: 40 });
      expect(reopen().state("phase")).toEqual({ name: "learn", step: 40 });
      expect(["phase", "other"].map((key) => store.hasState(key))).toEqual([true, false]);
    });

    test("a transaction that throws leaves nothing behind", () => {
      store.setState("phase", "search");
      store.addMetrics([{ name: "loss", step: 1, value: 1 }]);
      const failure = new Error("in the middle");
      expect(() =>
        store.transaction(() => {
          store.appendEvent("batch", 1);
          store.addEntries([entry("a")]);
          store.addMetrics([{ name: "loss", step: 1, value: 2 }]);
          store.addCall("key", 1);
          store.setState("phase", "learn");
          store.setState("new", 1);
          throw failure;
        }),
      ).toThrow(failure);
      const later = reopen();
      expect([later.events(), later.entries()]).toEqual([[], []]);
      expect(later.metrics()).toEqual([{ name: "loss", step: 1, value: 1 }]);
      expect([later.call("key"), later.state("phase"), later.state("new")]).toEqual([undefined, "search", undefined]);
    });

    test("a transaction gives its result and commits everything; event numbers stay without gaps", () => {
      expect(() =>
        store.transaction(() => {
          store.appendEvent("lost", 0);
          throw new Error("on purpose");
        }),
      ).toThrow("on purpose");
      const result = store.transaction(() => {
        store.appendEvent("batch", 1);
        store.addEntries([entry("a")]);
        return 42;
      });
      expect(result).toBe(42);
      expect(
        reopen()
          .events()
          .map(({ sequence }) => sequence),
      ).toEqual([1]);
    });

    test("a nested transaction that throws is taken back alone where its error is caught", () => {
      store.transaction(() => {
        store.setState("outer", 1);
        expect(() =>
          store.transaction(() => {
            store.setState("outer", 2);
            store.setState("inner", 1);
            throw new Error("on purpose");
          }),
        ).toThrow("on purpose");
        expect(store.state("outer")).toBe(1);
        store.transaction(() => store.setState("second", 2));
      });
      const later = reopen();
      expect([later.state("outer"), later.state("inner"), later.state("second")]).toEqual([1, undefined, 2]);
    });

    test("refuses asynchronous work in a transaction", () => {
      expect(() => store.transaction(async () => store.setState("phase", 1))).toThrow(InvalidArgumentError);
      expect(store.state("phase")).toBeUndefined();
    });

    test.each([
      ["NaN", { loss: Number.NaN }],
      ["infinity", [Infinity]],
      ["a date", { at: new Date(0) }],
      ["undefined", { a: undefined }],
      ["a map", new Map()],
    ])("refuses %s in JSON", (_, value) => {
      expect(() => store.setState("key", value as never)).toThrow(InvalidArgumentError);
      expect(() => store.appendEvent("kind", value as never)).toThrow(/plain JSON/);
      expect(store.events()).toEqual([]);
    });

    test("what is stored cannot be changed from outside", () => {
      const value = { list: [1] };
      store.setState("key", value);
      store.addEntries([entry("a", { payload: value })]);
      value.list.push(2);
      (store.state("key") as { list: number[] }).list.push(3);
      expect(store.state("key")).toEqual({ list: [1] });
      expect(store.entries()[0]?.payload).toEqual({ list: [1] });
    });

    test("gives back any text and any JSON", () => {
      fc.assert(
        fc.property(text, plainJson, fc.double({ noNaN: true, noDefaultInfinity: true }), (key, json, number) => {
          const value = number + 0;
          const id = `${store.entries().length} ${key}`;
          store.setState(key, json);
          store.addCall(id, json);
          store.addEntries([entry(id, { fitness: value, archive: key, payload: json })]);
          store.addMetrics([{ name: key, step: 1, value }]);
          expect(store.state(key)).toEqual(json);
          expect(store.call(id)).toEqual(json);
          expect(store.entries(key).at(-1)).toEqual(entry(id, { fitness: value, archive: key, payload: json }));
          expect(store.metrics(key)).toEqual([{ name: key, step: 1, value }]);
        }),
        { numRuns: 50 },
      );
    });

    test("is of no use when closed, and closes twice", () => {
      store.close();
      store.close();
      expect(() => store.state("phase")).toThrow(/open run store/);
      expect(() => store.transaction(() => 1)).toThrow(InvalidArgumentError);
      expect(() => store.appendEvent("a", 1)).toThrow(InvalidArgumentError);
    });
  });
}
