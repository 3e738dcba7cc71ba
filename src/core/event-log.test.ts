import { describe, expect, expectTypeOf, test } from "vitest";
import { EventLog, type LoggedEvent } from "./event-log.ts";

interface Events {
  readonly started: { readonly name: string };
  readonly progress: number;
}

describe("event log", () => {
  test("keeps events in order, numbered from 0, also by kind", () => {
    const log = new EventLog<Events>();
    expect(log.append("started", { name: "search" })).toEqual({
      sequence: 0,
      kind: "started",
      payload: { name: "search" },
    });
    log.append("progress", 0.5);
    log.append("progress", 1);
    expect(log.entries().map(({ sequence }) => sequence)).toEqual([0, 1, 2]);
    expect(log.entries("progress").map(({ payload }) => payload)).toEqual([0.5, 1]);
    expect(log.entries("started")).toHaveLength(1);
  });

  test("kinds and payloads are typed together", () => {
    const log = new EventLog<Events>();
    expectTypeOf(log.entries("progress")).toEqualTypeOf<readonly LoggedEvent<Events, "progress">[]>();
    log.subscribe((event) => {
      if (event.kind === "started") expectTypeOf(event.payload).toEqualTypeOf<{ readonly name: string }>();
      else expectTypeOf(event.payload).toEqualTypeOf<number>();
    });
    // @ts-expect-error a payload of another kind
    log.append("progress", { name: "search" });
    expect(log.entries()).toHaveLength(1);
  });

  test("listeners hear what comes after they subscribed, until they leave", () => {
    const log = new EventLog<Events>();
    const heard: string[] = [];
    log.append("progress", 0);
    const leave = log.subscribe(({ sequence }) => heard.push(`a${sequence}`));
    const again = log.subscribe(({ sequence }) => heard.push(`b${sequence}`));
    log.append("progress", 1);
    leave();
    leave();
    log.append("progress", 2);
    again();
    log.append("progress", 3);
    expect(heard).toEqual(["a1", "b1", "b2"]);
  });

  test("one function may subscribe twice and leaves one at a time", () => {
    const log = new EventLog<Events>();
    let calls = 0;
    const listen = (): void => {
      calls++;
    };
    const leave = log.subscribe(listen);
    log.subscribe(listen);
    log.append("progress", 0);
    leave();
    log.append("progress", 1);
    expect(calls).toBe(3);
  });

  test("events appended by a listener reach all in the same order", () => {
    const log = new EventLog<Events>();
    const first: number[] = [];
    const second: number[] = [];
    log.subscribe(({ sequence }) => {
      first.push(sequence);
      if (sequence < 3) log.append("progress", sequence);
    });
    log.subscribe(({ sequence }) => second.push(sequence));
    log.append("started", { name: "x" });
    expect(first).toEqual([0, 1, 2, 3]);
    expect(second).toEqual([0, 1, 2, 3]);
  });

  test("a failing listener stops the caller, not the others; the log stays usable", () => {
    const log = new EventLog<Events>();
    const heard: number[] = [];
    const failure = new Error("disk full");
    const leave = log.subscribe(() => {
      throw failure;
    });
    log.subscribe(({ sequence }) => heard.push(sequence));
    expect(() => log.append("progress", 0)).toThrow(failure);
    log.subscribe(() => {
      throw new Error("other");
    });
    expect(() => log.append("progress", 1)).toThrow(AggregateError);
    leave();
    expect(() => log.append("progress", 2)).toThrow("other");
    expect(heard).toEqual([0, 1, 2]);
    expect(log.entries()).toHaveLength(3);
  });

  test("a copy of the entries is handed out", () => {
    const log = new EventLog<Events>();
    const before = log.entries();
    log.append("progress", 1);
    expect(before).toEqual([]);
  });
});
