/**
 * Builds an ONNX model, node by node, and writes it in ONNX's protobuf format (field numbers: onnx.proto, IR 10).
 * Equal nodes are made once, so lowerings may ask for a value again instead of passing it around.
 */
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire";
import type { ElementArray, ElementType } from "../element-type.ts";
import { type Shape, sameShape } from "../shape.ts";
import type { TensorType } from "../tensor.ts";

/** A node's attribute: integers, a text, or a float, which is marked, as JavaScript has one type of numbers. */
export type OnnxAttribute = number | string | readonly number[] | { readonly float: number };

const dataTypes = { float32: 1, uint8: 2, int32: 6, int64: 7, bool: 9, float64: 11 } as const;
/** ONNX operator set and ORT's contributed one. */
const operatorSets = [
  ["", 21],
  ["com.microsoft", 1],
] as const;
const irVersion = 10;

interface OnnxNode {
  readonly name: string;
  readonly type: string;
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: Readonly<Record<string, OnnxAttribute>>;
}

interface Initializer {
  readonly name: string;
  readonly dataType: number;
  readonly shape: Shape;
  readonly bytes: Uint8Array;
  /** Whether the bytes are handed over beside the model, as the external file of the constant's name. */
  readonly external: boolean;
}

/** Large constants that are handed to the runtime beside the model, whose file could hold 2 GB at most. */
export interface ExternalData {
  readonly path: string;
  readonly data: Uint8Array;
}

/** An ONNX model in the making; values are known by their names. */
export class OnnxGraph {
  readonly #nodes: OnnxNode[] = [];
  readonly #initializers: Initializer[] = [];
  readonly #memory = new Map<string, readonly string[]>();
  readonly #reshapes = new Map<string, { readonly source: string; readonly shape: Shape }>();
  readonly #reductions = new Map<
    string,
    { readonly type: string; readonly inputs: readonly string[]; readonly droppedShape: Shape }
  >();
  readonly #transposes = new Map<string, { readonly source: string; readonly axes: readonly number[] }>();
  readonly #inputs: { readonly name: string; readonly type: TensorType }[] = [];
  readonly #outputs: { readonly name: string; readonly type: TensorType }[] = [];
  #names = 0;
  #scope = "";

  /** What the next nodes belong to; ONNX Runtime's errors name a node by it. */
  set scope(name: string) {
    this.#scope = name;
  }

  /** Declares an input of the model; a length of -1 may be any. */
  input(name: string, type: TensorType): string {
    this.#inputs.push({ name, type });
    return name;
  }

  /** Declares that `value` is the output called `name`. */
  output(name: string, value: string, type: TensorType): void {
    this.#nodes.push({ name, type: "Identity", domain: "", inputs: [value], outputs: [name], attributes: {} });
    this.#outputs.push({ name, type });
  }

  /** The first output of a node; an equal node is made once. */
  node(type: string, inputs: readonly string[], attributes: Readonly<Record<string, OnnxAttribute>> = {}): string {
    return this.nodes(type, inputs, attributes)[0] as string;
  }

  /** All outputs of a node; "" stands for an optional input that is left out. `type` may be "com.microsoft:Name". */
  nodes(
    type: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, OnnxAttribute>> = {},
    outputs = 1,
  ): readonly string[] {
    const key = JSON.stringify([type, inputs, attributes, outputs]);
    const known = this.#memory.get(key);
    if (known !== undefined) return known;
    const names = Array.from({ length: outputs }, () => `v${this.#names++}`);
    const [domain, name] = type.includes(":") ? (type.split(":") as [string, string]) : ["", type];
    this.#nodes.push({ name: `${this.#scope}/${names[0]}`, type: name, domain, inputs, outputs: names, attributes });
    this.#memory.set(key, names);
    return names;
  }

  /** Axes in another order: axis i comes from axes[i]. A transpose of a transpose is made from its source. */
  transpose(value: string, axes: readonly number[]): string {
    const earlier = this.#transposes.get(value);
    const source = earlier?.source ?? value;
    const composed = earlier === undefined ? axes : axes.map((axis) => earlier.axes[axis] as number);
    if (composed.every((axis, position) => axis === position)) return source;
    const result = this.node("Transpose", [source], { perm: composed });
    this.#transposes.set(result, { source, axes: composed });
    return result;
  }

  /** A value of a shape in another. A reshape of a reshape is made from its source, and one to the source's is that. */
  reshape(value: string, from: Shape, to: Shape): string {
    const { source, shape } = this.#reshapes.get(value) ?? { source: value, shape: from };
    if (sameShape(shape, to)) return source;
    const reduction = this.#reductions.get(source);
    // A reduction can leave axes out by itself.
    if (reduction !== undefined && sameShape(reduction.droppedShape, to)) {
      return this.node(reduction.type, reduction.inputs, { keepdims: 0 });
    }
    const result = this.node("Reshape", [source, this.integers(to)], { allowzero: 1 });
    this.#reshapes.set(result, { source, shape });
    return result;
  }

  /** ReduceSum and the like over axes of a value of a shape; the axes are kept with size 1. */
  reduce(type: string, value: string, shape: Shape, axes: readonly number[]): string {
    const inputs = [value, this.integers(axes)];
    const result = this.node(type, inputs, { keepdims: 1 });
    const droppedShape = shape.filter((_, axis) => !axes.includes(axis));
    this.#reductions.set(result, { type, inputs, droppedShape });
    return result;
  }

  /** A constant tensor. */
  constant(data: ElementArray, shape: Shape, elementType: ElementType): string {
    const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
    return this.#initializer(dataTypes[elementType], shape, bytes);
  }

  /** A large constant whose bytes are not in the model but in `externalData`. */
  externalConstant(data: ElementArray, shape: Shape, elementType: ElementType | "uint8"): string {
    const name = `c${this.#names++}`;
    this.#initializers.push({ name, dataType: dataTypes[elementType], shape, bytes: bytesOf(data), external: true });
    return name;
  }

  /** What the model's external constants hold. */
  get externalData(): readonly ExternalData[] {
    return this.#initializers
      .filter(({ external }) => external)
      .map(({ name, bytes }) => ({ path: name, data: bytes }));
  }

  /** A constant list of int64, as ONNX wants for shapes, axes and indices. */
  integers(values: readonly number[]): string {
    return this.#initializer(dataTypes.int64, [values.length], bytesOf(BigInt64Array.from(values.map(BigInt))));
  }

  /** A constant scalar. */
  scalar(value: number, elementType: ElementType): string {
    const data =
      elementType === "float32"
        ? Float32Array.of(value)
        : elementType === "float64"
          ? Float64Array.of(value)
          : elementType === "int32"
            ? Int32Array.of(value)
            : Uint8Array.of(value);
    return this.#initializer(dataTypes[elementType], [], bytesOf(data));
  }

  cast(value: string, elementType: ElementType | "int64"): string {
    return this.node("Cast", [value], { to: dataTypes[elementType] });
  }

  #initializer(dataType: number, shape: Shape, bytes: Uint8Array): string {
    const small = bytes.byteLength <= 256;
    const key = small ? JSON.stringify(["constant", dataType, shape, [...bytes]]) : "";
    const known = small ? this.#memory.get(key) : undefined;
    if (known !== undefined) return known[0] as string;
    const name = `c${this.#names++}`;
    this.#initializers.push({ name, dataType, shape, bytes, external: false });
    if (small) this.#memory.set(key, [name]);
    return name;
  }

  /** The model file. */
  toBytes(): Uint8Array<ArrayBuffer> {
    const writer = new BinaryWriter();
    writer.tag(1, WireType.Varint).int64(irVersion);
    writer.tag(2, WireType.LengthDelimited).string("illume");
    writer.tag(7, WireType.LengthDelimited).bytes(this.#graphBytes());
    for (const [domain, version] of operatorSets) {
      writer.tag(8, WireType.LengthDelimited).fork();
      writer.tag(1, WireType.LengthDelimited).string(domain);
      writer.tag(2, WireType.Varint).int64(version).join();
    }
    return writer.finish();
  }

  /** Nodes that an output depends on, in order of their making. */
  #neededNodes(): OnnxNode[] {
    const needed = new Set(this.#outputs.map(({ name }) => name));
    const kept = this.#nodes.toReversed().filter((node) => {
      if (!node.outputs.some((output) => needed.has(output))) return false;
      for (const input of node.inputs) needed.add(input);
      return true;
    });
    return kept.reverse();
  }

  /**
   * ONNX Runtime runs nodes depth first, beginning at the last of those whose results no other node uses. So these stand
   * at the end, the latest one first: what can be known early, such as the gradient of the last layer's weights, is made
   * early, while the values that it is made of are still in the processor's caches.
   */
  #nodesInOrder(): readonly OnnxNode[] {
    // The runtime leaves out the identities that name the outputs.
    const needed = this.#neededNodes();
    const [names, made] = [true, false].map((named) =>
      needed.filter(({ type }) => (type === "Identity") === named),
    ) as [OnnxNode[], OnnxNode[]];
    const used = new Set(made.flatMap(({ inputs }) => inputs));
    const isUsed = ({ outputs }: OnnxNode) => outputs.some((output) => used.has(output));
    return [...made.filter(isUsed), ...made.filter((node) => !isUsed(node)).reverse(), ...names];
  }

  #graphBytes(): Uint8Array {
    const writer = new BinaryWriter();
    for (const node of this.#nodesInOrder()) {
      writer.tag(1, WireType.LengthDelimited).fork();
      for (const input of node.inputs) writer.tag(1, WireType.LengthDelimited).string(input);
      for (const output of node.outputs) writer.tag(2, WireType.LengthDelimited).string(output);
      writer.tag(3, WireType.LengthDelimited).string(node.name);
      writer.tag(4, WireType.LengthDelimited).string(node.type);
      for (const [name, value] of Object.entries(node.attributes)) {
        writer.tag(5, WireType.LengthDelimited).bytes(attributeBytes(name, value));
      }
      if (node.domain !== "") writer.tag(7, WireType.LengthDelimited).string(node.domain);
      writer.join();
    }
    writer.tag(2, WireType.LengthDelimited).string("illume");
    for (const { name, dataType, shape, bytes, external } of this.#initializers) {
      writer.tag(5, WireType.LengthDelimited).fork();
      for (const length of shape) writer.tag(1, WireType.Varint).int64(length);
      writer.tag(2, WireType.Varint).int32(dataType);
      writer.tag(8, WireType.LengthDelimited).string(name);
      if (external) {
        writeEntry(writer, "location", name);
        writeEntry(writer, "length", String(bytes.byteLength));
        writer.tag(14, WireType.Varint).int32(1);
      } else writer.tag(9, WireType.LengthDelimited).bytes(bytes);
      writer.join();
    }
    for (const { name, type } of this.#inputs) {
      writer.tag(11, WireType.LengthDelimited).bytes(valueBytes(name, type));
    }
    for (const { name, type } of this.#outputs) {
      writer.tag(12, WireType.LengthDelimited).bytes(valueBytes(name, type));
    }
    return writer.finish();
  }
}

function bytesOf(data: ArrayBufferView): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

function attributeBytes(name: string, value: OnnxAttribute): Uint8Array {
  const writer = new BinaryWriter();
  writer.tag(1, WireType.LengthDelimited).string(name);
  if (typeof value === "number") {
    writer.tag(3, WireType.Varint).int64(value);
    writer.tag(20, WireType.Varint).int32(2);
  } else if (typeof value === "string") {
    writer.tag(4, WireType.LengthDelimited).string(value);
    writer.tag(20, WireType.Varint).int32(3);
  } else if ("float" in value) {
    writer.tag(2, WireType.Bit32).float(value.float);
    writer.tag(20, WireType.Varint).int32(1);
  } else {
    for (const item of value) writer.tag(8, WireType.Varint).int64(item);
    writer.tag(20, WireType.Varint).int32(7);
  }
  return writer.finish();
}

/** An entry of a constant's external_data. */
function writeEntry(writer: BinaryWriter, key: string, value: string): void {
  writer.tag(13, WireType.LengthDelimited).fork();
  writer.tag(1, WireType.LengthDelimited).string(key);
  writer.tag(2, WireType.LengthDelimited).string(value).join();
}

function valueBytes(name: string, type: TensorType): Uint8Array {
  const writer = new BinaryWriter();
  writer.tag(1, WireType.LengthDelimited).string(name);
  writer.tag(2, WireType.LengthDelimited).fork();
  writer.tag(1, WireType.LengthDelimited).fork();
  writer.tag(1, WireType.Varint).int32(dataTypes[type.elementType]);
  writer.tag(2, WireType.LengthDelimited).fork();
  for (const length of type.shape) {
    writer.tag(1, WireType.LengthDelimited).fork();
    if (length >= 0) writer.tag(1, WireType.Varint).int64(length);
    writer.join();
  }
  return writer.join().join().join().finish();
}
