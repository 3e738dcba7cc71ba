/**
 * Every operation, each a row or several of the table in operation-table/: ONNX Runtime against the reference backend,
 * derivatives against central differences in double precision, derivatives of derivatives against differences of those.
 */
import { readdirSync, readFileSync } from "node:fs";
import { beforeAll, describe, expect, test } from "vitest";
import { UnsupportedCapabilityError } from "../core/errors/unsupported-capability-error.ts";
import { RandomStream } from "../core/random.ts";
import { compile } from "./compile.ts";
import { type ElementType, isFloat } from "./element-type.ts";
import { topologicalOrder } from "./evaluate-graph.ts";
import type { Operation } from "./operation.ts";
import {
  differentiated,
  evaluateRow,
  firstDerivative,
  merge,
  project,
  projectFirst,
  type RowResult,
  secondDerivative,
} from "./operation-table/derivatives.ts";
import { differencesByElement, drawDirection, innerProduct, slopeAlong } from "./operation-table/finite-differences.ts";
import { drawInputs, type Row } from "./operation-table/row.ts";
import { rows, tables } from "./operation-table/tables.ts";
import { placeholder, type Tensor } from "./tensor.ts";
import { type Leaf, leavesOf } from "./tree.ts";

const differentiable = rows.filter((row) => row.derivative === "any");

function inputsOf(row: Row, float: ElementType): Tensor[] {
  return drawInputs(row.inputs, float, new RandomStream(0, [row.name]));
}

/** Many rows as one graph: a session for each would take most of the time, and so would one for all. */
async function evaluateAll(chosen: readonly Row[], float: ElementType, backend: "onnx" | "reference") {
  const table = Object.fromEntries(chosen.map((row) => [row.name, inputsOf(row, float)]));
  const compiled = compile(
    (inputs: { readonly [name: string]: readonly Tensor[] }) =>
      Object.fromEntries(chosen.map((row) => [row.name, evaluateRow(row, inputs[row.name] as readonly Tensor[])])),
    { backend },
  );
  const results = await compiled(table);
  await compiled.close();
  return results;
}

function expectClose(received: RowResult, expected: RowResult, tolerance: number): void {
  const actual = leavesOf(received);
  const truth = leavesOf(expected);
  expect(actual.map(({ path, tensor }) => [path, tensor.elementType, tensor.shape])).toEqual(
    truth.map(({ path, tensor }) => [path, tensor.elementType, tensor.shape]),
  );
  actual.forEach(({ path, tensor }, leaf) => {
    const { data } = (truth[leaf] as Leaf).tensor;
    const allowed = isFloat(tensor.elementType) ? tolerance : 0;
    tensor.data.forEach((value, index) => {
      const exact = data[index] as number;
      expect(Math.abs(value - exact), `${path}[${index}]: ${value}, not ${exact}`).toBeLessThanOrEqual(
        allowed * (1 + Math.abs(exact)),
      );
    });
  });
}

const precisions = [
  { float: "float32", tolerance: 3e-5 },
  { float: "float64", tolerance: 1e-12 },
] as const;
const groups = precisions.flatMap(({ float, tolerance }) =>
  Object.entries(tables).map(([table, all]) => {
    return { table, float, tolerance, chosen: all.filter((row) => row.double || float === "float32") };
  }),
);

describe.each(groups)("ONNX Runtime agrees with the reference: $table in $float", ({ float, tolerance, chosen }) => {
  let onnx: { readonly [name: string]: RowResult } = {};
  let reference: { readonly [name: string]: RowResult } = {};
  beforeAll(async () => {
    onnx = await evaluateAll(chosen, float, "onnx");
    reference = await evaluateAll(chosen, float, "reference");
  });
  test.each(chosen)("$name", ({ name }) => {
    expectClose(onnx[name] as RowResult, reference[name] as RowResult, tolerance);
  });
});

describe("the reference's derivatives agree with finite differences", () => {
  test.each(differentiable)("$name", (row) => {
    const inputs = inputsOf(row, "float64");
    const chosen = differentiated(row, inputs);
    const numbers = differencesByElement((parts) => project(row, merge(row, inputs, parts)).item(), chosen);
    // A difference of two large numbers has their rounding.
    const rounding = 1e-10 * Math.abs(project(row, inputs).item());
    firstDerivative(row, inputs).forEach((derivative, position) => {
      derivative.data.forEach((value, index) => {
        const difference = numbers[position]?.[index] as number;
        expect(Math.abs(value - difference)).toBeLessThan(1e-7 * (1 + Math.abs(value)) + rounding);
      });
    });
  });
});

describe("derivatives of derivatives agree with finite differences", () => {
  test.each(differentiable)("$name", (row) => {
    const inputs = inputsOf(row, "float64");
    const chosen = differentiated(row, inputs);
    const random = new RandomStream(2, [row.name]);
    const second = secondDerivative(row, inputs);
    for (let trial = 0; trial < 2; trial++) {
      const direction = drawDirection(chosen, random);
      const slope = slopeAlong((parts) => projectFirst(row, merge(row, inputs, parts)).item(), chosen, direction);
      const product = innerProduct(second, direction);
      expect(Math.abs(product - slope)).toBeLessThan(1e-6 * (1 + Math.abs(slope)));
    }
  });
});

describe("what counts as constant has no derivative", () => {
  const constant = rows.filter((row) => row.derivative === "none");
  test.each(constant)("$name", (row) => {
    const inputs = inputsOf(row, "float32");
    for (const { tensor } of leavesOf(evaluateRow(row, inputs).first)) {
      expect(tensor.data.every((value) => value === 0)).toBe(true);
    }
  });
});

describe("without a kernel for doubles, an error names the operation", () => {
  test.each(rows.filter((row) => !row.double))("$name", async (row) => {
    const compiled = compile((...inputs: Tensor[]) => row.apply(...inputs));
    const operation = /^(conv|average)/.test(row.name) ? "convolution" : row.name;
    const run = compiled(...inputsOf(row, "float64"));
    await expect(run).rejects.toThrow(UnsupportedCapabilityError);
    await expect(run).rejects.toThrow(`${operation} of float32`);
  });
});

describe("the table is complete", () => {
  const folder = new URL("operations/", import.meta.url);
  const files = readdirSync(folder).filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts"));
  const isOperation = (value: unknown): value is Operation<unknown> =>
    typeof value === "object" && value !== null && "infer" in value && "lower" in value && "evaluate" in value;

  test("a row's graph reaches each operation, and its derivative does where it has one", async () => {
    const reached = new Set<Operation<unknown>>();
    const differentiatedOperations = new Set<Operation<unknown>>();
    for (const row of rows) {
      const inputs = inputsOf(row, "float32").map(placeholder);
      const { value, first, second } = evaluateRow(row, inputs);
      const graph = topologicalOrder([value, ...first, ...second]);
      for (const { application } of graph) if (application !== undefined) reached.add(application.operation);
      if (row.derivative === "none") continue;
      for (const { application } of topologicalOrder([value, ...first])) {
        if (application !== undefined) differentiatedOperations.add(application.operation);
      }
    }
    const defined: Operation<unknown>[] = [];
    for (const file of files) {
      const exported = Object.values((await import(new URL(file, folder).href)) as Record<string, unknown>);
      const grouped = exported.flatMap((value) =>
        typeof value === "object" && value !== null && !isOperation(value) ? Object.values(value) : [value],
      );
      defined.push(...grouped.filter(isOperation));
    }
    expect(defined.length).toBeGreaterThan(60);
    expect(defined.filter((operation) => !reached.has(operation)).map((operation) => operation.name)).toEqual([]);
    const undifferentiated = defined.filter(
      (operation) => operation.differentiate !== undefined && !differentiatedOperations.has(operation),
    );
    expect(undifferentiated.map((operation) => operation.name)).toEqual([]);
  });

  test("a row calls each exported function", async () => {
    const tableFolder = new URL("operation-table/", import.meta.url);
    const text = readdirSync(tableFolder)
      .filter((file) => file.endsWith("-rows.ts"))
      .map((file) => readFileSync(new URL(file, tableFolder), "utf8").replace(/import[^;]*;/g, ""))
      .join("\n");
    const internal = ["operands", "broadcastType", "evaluateBroadcast", "errorFunction"];
    const missing: string[] = [];
    for (const file of files.filter((name) => name !== "convolution-shape.ts")) {
      for (const [name, value] of Object.entries((await import(new URL(file, folder).href)) as object)) {
        if (typeof value !== "function" || internal.includes(name)) continue;
        if (!new RegExp(`\\b${name}\\b`).test(text)) missing.push(name);
      }
    }
    expect(missing).toEqual([]);
  });

  test("rows have different names", () => {
    expect(new Set(rows.map((row) => row.name)).size).toBe(rows.length);
  });
});
