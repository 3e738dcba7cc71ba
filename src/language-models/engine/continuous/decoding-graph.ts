/**
 * The one graph with which a large model reads prompts, scores texts and samples: all its sizes but the model's are
 * open, so that one session, with one copy of the weights, serves every batch and every length of the caches.
 *
 * A batch is `blocks` prompts with `lanes` sequences each, which take `queries` tokens at once (one when sampling). A
 * token attends to three parts, whose scores share one softmax: its block's prompt, whose keys and values are kept once
 * for all lanes; its lane's own cache; the tokens that come in with it. Caches are inputs that JavaScript writes (see
 * ../decoding-step.ts).
 */
import { rotaryTables } from "../../../nn/rotary-tables.ts";
import {
  headSize,
  type LayerParameters,
  type TransformerParameters,
  type TransformerShape,
} from "../../../nn/transformer.ts";
import { OnnxGraph } from "../../../tensor/onnx/onnx-graph.ts";
import { addTokenChoice } from "./token-choice-graph.ts";
import type { WeightFormat } from "./weight-format.ts";

export interface DecodingGraphOptions {
  readonly shape: TransformerShape;
  readonly parameters: TransformerParameters;
  /** How the matrices are stored and multiplied. */
  readonly format: WeightFormat;
  /** Positions that the rotary tables hold. */
  readonly contextLength: number;
}

/** Names of a layer's inputs. */
export function cacheNames(layer: number) {
  return {
    /** [blocks, 1, G, 1, prompt capacity, D] */
    promptKeys: `prompt.keys.${layer}`,
    promptValues: `prompt.values.${layer}`,
    /** [blocks, lanes, G, 1, own capacity, D] */
    keys: `keys.${layer}`,
    values: `values.${layer}`,
  };
}

const integers = (graph: OnnxGraph, name: string, shape: readonly number[]) =>
  graph.cast(graph.input(name, { elementType: "int32", shape }), "int64");
const floats = (graph: OnnxGraph, name: string, shape: readonly number[]) =>
  graph.input(name, { elementType: "float32", shape });

/** Shapes that depend on the batch, as the graph's inputs. */
export function batchShapes(
  { heads, keyValueHeads }: TransformerShape,
  { blocks, lanes, queries }: { readonly blocks: number; readonly lanes: number; readonly queries: number },
) {
  return {
    "shape.queries": [blocks, lanes, queries, keyValueHeads, heads / keyValueHeads, -1],
    "shape.keys": [blocks, lanes, queries, keyValueHeads, 1, -1],
  };
}

/** Builds the graph; see the names of its inputs here and in token-choice-graph.ts. */
export function decodingGraph(options: DecodingGraphOptions): OnnxGraph {
  const { shape, parameters, format, contextLength } = options;
  const { epsilon } = shape;
  const graph = new OnnxGraph();
  const { model } = parameters;
  // Rows of the embedding are looked up by JavaScript: [tokens, 1, hidden].
  let x = floats(graph, "rows", [-1, 1, shape.hiddenSize]);
  const attention = attentionOf(graph, shape, contextLength);
  const rows: string[] = [];
  const factors = (data: { readonly data: ArrayLike<number> }) =>
    graph.constant(data.data as Float32Array, [shape.hiddenSize], "float32");
  let normalised = graph.node(
    "SimplifiedLayerNormalization",
    [x, factors((model.layers[0] as LayerParameters).input_layernorm.weight)],
    { axis: -1, epsilon: { float: epsilon } },
  );
  /** x + change, and its norm. */
  const addAndNormalise = (change: string, weight: { readonly data: ArrayLike<number> }) => {
    const outputs = graph.nodes(
      "com.microsoft:SkipSimplifiedLayerNormalization",
      [x, change, factors(weight)],
      { epsilon: { float: epsilon } },
      4,
    );
    x = outputs[3] as string;
    normalised = outputs[0] as string;
  };
  model.layers.forEach((layer, index) => {
    graph.scope = `layer ${index}`;
    const { q_proj, k_proj, v_proj, o_proj } = layer.self_attn;
    const projected = format.product(graph, normalised, [
      // The scores' factor is in the queries' weights: products with another factor than 1 have no fast path.
      { ...q_proj, scale: 1 / Math.sqrt(headSize(shape)) },
      k_proj,
      v_proj,
    ]);
    const attended = attention(projected, index);
    rows.push(attended.keys, attended.values);
    addAndNormalise(format.product(graph, attended.mixed, [o_proj]), layer.post_attention_layernorm.weight);
    const { gate_proj, up_proj, down_proj } = layer.mlp;
    const gate = graph.node("com.microsoft:QuickGelu", [format.product(graph, normalised, [gate_proj])], {
      alpha: { float: 1 },
    });
    const gated = graph.node("Mul", [gate, format.product(graph, normalised, [up_proj])]);
    const next = model.layers[index + 1]?.input_layernorm ?? model.norm;
    addAndNormalise(format.product(graph, gated, [down_proj]), next.weight);
  });
  graph.scope = "output";
  // All layers' new keys and values in one output: [tokens, 1, layers * 2 * G * D].
  graph.output("newRows", graph.node("Concat", rows, { axis: 2 }), { elementType: "float32", shape: [-1, 1, -1] });
  // Asked for only where texts are embedded.
  graph.output("hidden", normalised, { elementType: "float32", shape: [-1, 1, shape.hiddenSize] });
  const last = graph.node("Gather", [normalised, integers(graph, "last", [-1])], { axis: 0 });
  const flat = graph.node("Reshape", [last, graph.integers([-1, shape.hiddenSize])]);
  addTokenChoice(
    graph,
    format.product(graph, flat, [parameters.lm_head ?? model.embed_tokens], true),
    shape.vocabularySize,
  );
  return graph;
}

/** Attention of projected rows [tokens, 1, (H + 2 G) D]: the mixed values [tokens, 1, H D], and the new keys and values. */
function attentionOf(graph: OnnxGraph, shape: TransformerShape, contextLength: number) {
  const size = headSize(shape);
  const { heads, keyValueHeads } = shape;
  const tables = rotaryTables(contextLength, shape);
  const [cosine, sine] = [tables.cosine, tables.sine].map((table) =>
    graph.constant(table.data as Float32Array, [contextLength, size / 2], "float32"),
  ) as [string, string];
  const positions = integers(graph, "positions", [-1, 1]);
  // [blocks, lanes, 1, 1, queries, prompt capacity + own capacity + queries]
  const mask = floats(graph, "mask", [-1, -1, 1, 1, -1, -1]);
  const parts = integers(graph, "parts", [3]);
  const queriesShape = integers(graph, "shape.queries", [6]);
  const keysShape = integers(graph, "shape.keys", [6]);
  const timesTransposed = (a: string, b: string) => graph.node("com.microsoft:FusedMatMul", [a, b], { transB: 1 });
  /** Rows of tokens as [blocks, lanes, G, group or 1, queries, D]. */
  const byHead = (rows: string, to: string) =>
    graph.node("Transpose", [graph.node("Reshape", [rows, to])], { perm: [0, 1, 3, 4, 2, 5] });

  return (projected: string, layer: number) => {
    const names = cacheNames(layer);
    const cache = (name: string) => floats(graph, name, [-1, -1, keyValueHeads, 1, -1, size]);
    const [rotated, values] = split(graph, projected, [(heads + keyValueHeads) * size, keyValueHeads * size]);
    const angled = graph.node("com.microsoft:RotaryEmbedding", [rotated, positions, cosine, sine]);
    const [queryRows, keys] = split(graph, angled, [heads * size, keyValueHeads * size]);
    const queries = byHead(queryRows, queriesShape);
    const scores = [
      timesTransposed(queries, cache(names.promptKeys)),
      timesTransposed(queries, cache(names.keys)),
      timesTransposed(queries, byHead(keys, keysShape)),
    ];
    const weights = graph.node("Softmax", [graph.node("Add", [graph.node("Concat", scores, { axis: -1 }), mask])], {
      axis: -1,
    });
    const [onPrompt, onOwn, onNew] = graph.nodes("Split", [weights, parts], { axis: -1 }, 3) as [
      string,
      string,
      string,
    ];
    const mixed = [
      graph.node("MatMul", [onPrompt, cache(names.promptValues)]),
      graph.node("MatMul", [onOwn, cache(names.values)]),
      graph.node("MatMul", [onNew, byHead(values, keysShape)]),
    ];
    const sum = graph.node("Sum", mixed);
    const tokensFirst = graph.node("Transpose", [sum], { perm: [0, 1, 4, 2, 3, 5] });
    const joined = graph.node("Reshape", [tokensFirst, graph.integers([-1, 1, heads * size])]);
    return { mixed: joined, keys, values };
  };
}

function split(graph: OnnxGraph, value: string, sizes: readonly [number, number]): [string, string] {
  return graph.nodes("Split", [value, graph.integers(sizes)], { axis: 2 }, 2) as unknown as [string, string];
}
