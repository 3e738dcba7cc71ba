/** Exercises of pure arithmetic with the operands that stories lead to. */
import type { RandomStream } from "../../../core/random.ts";
import { factorRange, logUniformInteger, numberRange } from "./numbers.ts";
import { type Equation, greatestValue, percentages } from "./operations.ts";
import { renderEquation, renderEquations } from "./render-solution.ts";

function drawEquation(random: RandomStream): Equation {
  switch (random.integer(0, 5)) {
    case 0: {
      const left = logUniformInteger(1, greatestValue - numberRange[0], random);
      // One in three as where two people put their things together: the second operand may have three digits.
      const greatest = random.integer(0, 3) === 0 ? greatestValue : numberRange[1];
      const right = logUniformInteger(1, Math.min(greatest, greatestValue - left), random);
      return { left, operator: "+", right, result: left + right };
    }
    case 1: {
      const left = logUniformInteger(numberRange[0], greatestValue, random);
      const greatest = random.integer(0, 3) === 0 ? greatestValue : numberRange[1];
      const right = logUniformInteger(1, Math.min(greatest, left - 1), random);
      return { left, operator: "-", right, result: left - right };
    }
    case 2: {
      const right = random.integer(factorRange[0], factorRange[1] + 1);
      const left = logUniformInteger(1, Math.floor(greatestValue / right), random);
      return { left, operator: "*", right, result: left * right };
    }
    case 3: {
      const right = random.integer(factorRange[0], factorRange[1] + 1);
      const result = logUniformInteger(1, Math.floor(greatestValue / right), random);
      return { left: result * right, operator: "/", right, result };
    }
    default: {
      const left = random.choice(percentages);
      // The least value of which the percentage is an integer; every other is a multiple of it.
      const unit = left === 25 || left === 75 ? 4 : 100 / left;
      const right = unit * logUniformInteger(1, Math.floor(greatestValue / unit), random);
      return { left, operator: "% of", right, result: (left * right) / 100 };
    }
  }
}

/** The most equations in a drill. */
export const mostDrillEquations = 4;

/** What a model learns from: it is given the prompt and taught the completion. */
export interface Example {
  readonly prompt: string;
  readonly completion: string;
}

/** Prompt "What is 12 + 7, 25% of 80?\n" with 1 to 4 tasks, completion as a story's solution, the last result the answer. */
export function drawDrill(random: RandomStream): Example {
  const equations = Array.from({ length: random.integer(1, mostDrillEquations + 1) }, () => drawEquation(random));
  const tasks = equations.map((equation) => {
    const text = renderEquation(equation);
    return text.slice(0, text.indexOf(" ="));
  });
  return { prompt: `What is ${tasks.join(", ")}?\n`, completion: renderEquations(equations) };
}
