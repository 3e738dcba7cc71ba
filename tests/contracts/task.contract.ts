/** What every task has to do. A new one adds one call in task.test.ts. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InvalidArgumentError } from "../../src/core/errors/invalid-argument-error.ts";
import { RandomStream } from "../../src/core/random.ts";
import type { Task } from "../../src/reasoning/task.ts";

/** All UTF-16, with half pairs too; the first 300 units (control characters among them) as often as all others. */
const anyText = fc.string({
  unit: fc.oneof(fc.nat(300), fc.nat(0xffff)).map((code) => String.fromCharCode(code)),
  maxLength: 30,
});

export interface TaskCase<Problem> {
  readonly task: Task<Problem>;
  /** Different problems; at least one has a step with a result. */
  readonly problems: readonly Problem[];
  /** Matches the first digit of a step's result in a solution, and nothing that the verifier does not read. */
  readonly stepResult: RegExp;
  /** Whether problems can be changed. Where they cannot, `mutate` always gives undefined. */
  readonly mutable: boolean;
}

export function taskContract<Problem>({ task, problems, stepResult, mutable }: TaskCase<Problem>): void {
  const throughJson = (problem: Problem) => task.deserialize(JSON.parse(JSON.stringify(task.serialize(problem))));

  describe(`task contract: ${task.name}`, () => {
    test("asks something, and each problem something else", () => {
      expect(problems.length).toBeGreaterThan(1);
      for (const problem of problems) expect(task.prompt(problem).trim()).not.toBe("");
      expect(new Set(problems.map(task.prompt)).size).toBe(problems.length);
    });

    test("reference solutions are right", () => {
      for (const problem of problems) {
        expect(task.verify(problem, task.solution(problem))).toEqual({ answerCorrect: true, correct: true });
      }
    });

    test("another final answer, or none, is wrong", () => {
      for (const problem of problems) {
        const solution = task.solution(problem);
        const corrupted = [
          solution.replace(/\d(?=\D*$)/, anotherDigit),
          solution.replace(/\d[\d,.]*(?=\D*$)/, "many"),
          solution.slice(0, solution.lastIndexOf("####")),
          "",
        ];
        for (const completion of corrupted) {
          expect(completion).not.toBe(solution);
          expect(task.verify(problem, completion)).toMatchObject({ answerCorrect: false, correct: false });
        }
      }
    });

    test("a wrong step is wrong, although the final answer is right", () => {
      let steps = 0;
      for (const problem of problems) {
        const solution = task.solution(problem);
        const corrupted = solution.replace(stepResult, anotherDigit);
        if (corrupted === solution) continue;
        steps++;
        expect(task.verify(problem, corrupted)).toMatchObject({ answerCorrect: true, correct: false });
      }
      expect(steps).toBeGreaterThan(0);
    });

    test("another problem's solution is right only where it has the same answer", () => {
      const answer = (problem: Problem) => task.solution(problem).split("####").at(-1)?.trim();
      for (const [index, problem] of problems.entries()) {
        const other = problems[(index + 1) % problems.length] as Problem;
        const { answerCorrect } = task.verify(problem, task.solution(other));
        expect(answerCorrect).toBe(answer(problem) === answer(other));
      }
    });

    test("any text has a verdict, the same again; a fault is one harmless line, where there is one", () => {
      const piece = fc.constantFrom("#### ", "12", " = ", "<<", ">>", "\u001b[2J", "\n", "9".repeat(400), "\ud800");
      const solution = fc.constantFrom(...problems).map(task.solution);
      const cut = fc.tuple(solution, fc.nat(200), fc.string()).map(([text, at, end]) => text.slice(0, at) + end);
      const completion = fc.oneof(
        anyText,
        cut,
        fc.array(piece).map((parts) => parts.join("")),
      );
      fc.assert(
        fc.property(fc.constantFrom(...problems), completion, (problem, text) => {
          const verdict = task.verify(problem, text);
          expect(task.verify(problem, text)).toEqual(verdict);
          expect(verdict.fault === undefined).toBe(verdict.correct);
          if (verdict.correct) expect(verdict.answerCorrect).toBe(true);
          expect(verdict.fault ?? "right").toMatch(/^[^\p{Cc}\p{Cs}]+$/u);
        }),
      );
    });

    test("descriptors have different names, different labels, and a bin for every problem", () => {
      const names = task.descriptors.map(({ name }) => name);
      expect(names.length).toBeGreaterThan(0);
      expect(new Set(names).size).toBe(names.length);
      for (const { bins, bin } of task.descriptors) {
        expect(new Set(bins).size).toBe(bins.length);
        for (const problem of problems) {
          expect(bins[bin(problem)]).toBeDefined();
          expect(bin(throughJson(problem))).toBe(bin(problem));
        }
      }
    });

    test("problems survive JSON", () => {
      for (const problem of problems) {
        expect(throughJson(problem)).toEqual(problem);
        expect(task.prompt(throughJson(problem))).toBe(task.prompt(problem));
        expect(task.solution(throughJson(problem))).toBe(task.solution(problem));
      }
    });

    test("JSON that is no problem is refused in one harmless line", () => {
      const [problem] = problems;
      const fields = Object.entries(task.serialize(problem as Problem) as object);
      const without = fields.map((_, index) => Object.fromEntries(fields.toSpliced(index, 1)));
      const junk = fc.oneof(
        fc.constantFrom<unknown>(undefined, null, [], {}, [problem], JSON.stringify(problem), ...without),
        fc.jsonValue(),
        fc.constantFrom(...fields).map(([name]) => ({ ...Object.fromEntries(fields), [name]: { "\u001b[2J\n": 1 } })),
      );
      fc.assert(
        fc.property(junk, (json) => {
          const error = thrownBy(() => task.deserialize(json));
          expect(error).toBeInstanceOf(InvalidArgumentError);
          expect((error as Error).message).toMatch(/^[^\p{Cc}]+$/u);
        }),
      );
    });

    test("mutations are problems, and depend on the problem and the random stream alone", () => {
      let mutations = 0;
      for (const [seed, problem] of problems.entries()) {
        const before = JSON.stringify(task.serialize(problem));
        const mutation = task.mutate(problem, new RandomStream(seed));
        expect(task.mutate(throughJson(problem), new RandomStream(seed))).toEqual(mutation);
        expect(JSON.stringify(task.serialize(problem))).toBe(before);
        if (mutation === undefined) continue;
        mutations++;
        expect(mutation.description).not.toBe("");
        expect(throughJson(mutation.problem)).toEqual(mutation.problem);
        expect(task.verify(mutation.problem, task.solution(mutation.problem)).correct).toBe(true);
        for (const { bins, bin } of task.descriptors) expect(bins[bin(mutation.problem)]).toBeDefined();
      }
      expect(mutations > 0).toBe(mutable);
    });

    if (mutable)
      test("other random streams give other mutations", () => {
        const [problem] = problems;
        const texts = Array.from({ length: 10 }, (_, seed) => {
          const mutation = task.mutate(problem as Problem, new RandomStream(seed));
          return mutation === undefined ? "" : task.prompt(mutation.problem);
        });
        expect(new Set(texts).size).toBeGreaterThan(2);
      });
  });
}

/** Never a zero, which could come first or stand after a point without meaning. */
function anotherDigit(digit: string): string {
  return digit === "1" ? "2" : "1";
}

function thrownBy(action: () => unknown): unknown {
  try {
    return action();
  } catch (error) {
    return error;
  }
}
