/** A trace as an ONNX model: dead nodes and unused inputs left out, equal nodes made once. */
import { topologicalOrder } from "../evaluate-graph.ts";
import type { Tensor } from "../tensor.ts";
import type { Trace } from "../trace.ts";
import { leavesOf, type Tree } from "../tree.ts";
import { OnnxGraph } from "./onnx-graph.ts";

export interface LoweredTrace {
  readonly model: Uint8Array<ArrayBuffer>;
  /** For each input of the trace its name in the model, undefined where nothing depends on it. */
  readonly inputNames: readonly (string | undefined)[];
  /** For each leaf of the result, in order, its name in the model; concrete leaves are no outputs. */
  readonly outputNames: readonly (string | undefined)[];
}

export function lowerTrace(traced: Trace<Tree>): LoweredTrace {
  const graph = new OnnxGraph();
  const outputs = leavesOf(traced.result);
  const names = new Map<Tensor, string>();
  const used = topologicalOrder(outputs.filter((leaf) => !leaf.tensor.concrete).map((leaf) => leaf.tensor));
  const reached = new Set(used);
  const unique = uniqueNames();
  const inputNames = traced.inputs.map(({ path, tensor }) => {
    if (!reached.has(tensor)) return undefined;
    const name = unique(`input.${path}`);
    names.set(tensor, graph.input(name, tensor));
    return name;
  });
  for (const tensor of used) {
    if (names.has(tensor)) continue;
    const { application } = tensor;
    if (application === undefined) {
      // Scalars are common in formulas and equal ones share a constant.
      const constant =
        tensor.rank === 0
          ? graph.scalar(tensor.item(), tensor.elementType)
          : graph.constant(tensor.data, tensor.shape, tensor.elementType);
      names.set(tensor, constant);
      continue;
    }
    const inputs = application.inputs.map((input) => names.get(input) as string);
    graph.scope = application.operation.name;
    const call = { inputs: application.inputs, attributes: application.attributes, output: tensor };
    names.set(tensor, application.operation.lower(graph, inputs, call));
  }
  const outputNames = outputs.map(({ path, tensor }) => {
    if (tensor.concrete) return undefined;
    const name = unique(path === "" ? "output" : `output.${path}`);
    graph.output(name, names.get(tensor) as string, tensor);
    return name;
  });
  return { model: graph.toBytes(), inputNames, outputNames };
}

/** Keys may hold dots themselves: { "a.b": x, a: { b: y } } has two leaves of one path. */
function uniqueNames(): (name: string) => string {
  const taken = new Set<string>();
  return (name) => {
    let free = name;
    for (let count = 2; taken.has(free); count++) free = `${name}~${count}`;
    taken.add(free);
    return free;
  };
}
