import fc from "fast-check";
import { expect, test } from "vitest";
import { InterruptedError } from "../../core/errors/interrupted-error.ts";
import { ApiError } from "./api-error.ts";
import { WaitingLine } from "./waiting-line.ts";

const never = new AbortController().signal;

test("first come, first served, within the capacity", async () => {
  const line = new WaitingLine({ capacity: 4, places: 10 });
  const order: string[] = [];
  const enter = async (name: string, sequences: number) => {
    const leave = await line.enter(sequences, never);
    order.push(name);
    return leave;
  };
  const first = await enter("three", 3);
  const large = enter("four", 4);
  const small = enter("one", 1);
  await Promise.resolve();
  expect(order).toEqual(["three"]);
  first();
  first();
  (await large)();
  (await small)();
  expect(order).toEqual(["three", "four", "one"]);
});

test("a request larger than the capacity has it to itself", async () => {
  const line = new WaitingLine({ capacity: 2, places: 1 });
  const leave = await line.enter(100, never);
  const next = line.enter(1, never);
  leave();
  (await next)();
});

test("who finds no place is told to come again", async () => {
  const line = new WaitingLine({ capacity: 1, places: 1 });
  const leave = await line.enter(1, never);
  const waiting = line.enter(1, never);
  const refused = await line.enter(1, never).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(ApiError);
  expect((refused as ApiError).status).toBe(429);
  expect((refused as ApiError).headers).toHaveProperty("retry-after");
  leave();
  (await waiting)();
});

test("who leaves the line gives its place to those behind", async () => {
  const line = new WaitingLine({ capacity: 2, places: 5 });
  const leave = await line.enter(1, never);
  const impatient = new AbortController();
  const large = line.enter(2, impatient.signal);
  const small = line.enter(1, never);
  impatient.abort();
  await expect(large).rejects.toThrow(InterruptedError);
  (await small)();
  leave();
  await expect(line.enter(1, AbortSignal.abort())).rejects.toThrow(InterruptedError);
});

test("everyone gets in, and never more than fit", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ sequences: fc.integer({ min: 1, max: 9 }), turns: fc.integer({ min: 0, max: 5 }) })),
      fc.integer({ min: 1, max: 6 }),
      async (requests, capacity) => {
        const line = new WaitingLine({ capacity, places: Number.POSITIVE_INFINITY });
        let busy = 0;
        let served = 0;
        await Promise.all(
          requests.map(async ({ sequences, turns }) => {
            const leave = await line.enter(sequences, never);
            const taken = Math.min(sequences, capacity);
            busy += taken;
            expect(busy).toBeLessThanOrEqual(capacity);
            for (let turn = 0; turn < turns; turn++) await Promise.resolve();
            busy -= taken;
            served++;
            leave();
          }),
        );
        expect(served).toBe(requests.length);
      },
    ),
    { numRuns: 50, seed: 1 },
  );
});
