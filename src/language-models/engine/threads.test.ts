import { describe, expect, test } from "vitest";
import { tinyParameters, tinyShape } from "../../../tests/fixtures/tiny-language-model.ts";
import { InterruptedError } from "../../core/errors/interrupted-error.ts";
import { NumericalError } from "../../core/errors/numerical-error.ts";
import { leavesOf } from "../../tensor/tree.ts";
import { describeFailure, failureError } from "./engine-failure.ts";
import type { ScoreJob } from "./engine-job.ts";
import { EngineThread } from "./engine-thread.ts";

describe("errors between threads", () => {
  test("illume's keep class and parts, others their message", () => {
    const numerical = new NumericalError({ expected: "a finite loss", received: "NaN", remedy: "lower the rate" });
    const travelled = failureError(structuredClone(describeFailure(numerical)));
    expect(travelled).toBeInstanceOf(NumericalError);
    expect(travelled).toMatchObject({ message: numerical.message, expected: "a finite loss", exitCode: 4 });
    expect(failureError(structuredClone(describeFailure(new TypeError("no"))))).toEqual(new Error("no"));
    expect(failureError(structuredClone(describeFailure("thrown text")))).toEqual(new Error("thrown text"));
  });
});

describe("a thread", () => {
  const arrays = leavesOf(tinyParameters()).map(({ tensor }) => tensor.data as Float32Array);
  const job: ScoreJob = { kind: "score", examples: [{ tokens: [0, 3, 4, 1], promptLength: 2 }] };

  test("answers each request, an impossible one by an error, and goes on", async () => {
    const thread = new EngineThread({ shape: tinyShape, arrays });
    const impossible: ScoreJob = { kind: "score", examples: [{ tokens: [0, 3, 9999, 4, 1], promptLength: 2 }] };
    const [first, failed, last] = await Promise.allSettled([thread.ask(job), thread.ask(impossible), thread.ask(job)]);
    expect(first).toMatchObject({ status: "fulfilled", value: { scores: [{ greedy: false }] } });
    expect(failed.status).toBe("rejected");
    expect(last).toMatchObject({ status: "fulfilled", value: { scores: [{ greedy: false }] } });
    await thread.close();
  });

  test("that was closed interrupts what it had, and takes no more", async () => {
    const thread = new EngineThread({ shape: tinyShape, arrays });
    const asked = thread.ask(job);
    await Promise.all([expect(asked).rejects.toThrow(InterruptedError), thread.close()]);
    expect(thread.ended).toBe(true);
    await expect(thread.ask(job)).rejects.toThrow(InterruptedError);
    await thread.close();
  });
});
