/**
 * ONNX models, written field by field: what a protobuf library would do with onnx.proto, for the
 * messages that are needed. A field is a number and a type, then its value; a message is its fields
 * one after the other. (https://protobuf.dev/programming-guides/encoding,
 * https://github.com/onnx/onnx/blob/main/onnx/onnx.proto)
 */

/** A message, or its fields, as bytes. */
export type Message = readonly number[];

/** A non-negative integer below 2³¹, seven bits a byte, the lowest first. */
function varint(value: number): number[] {
  return value < 128 ? [value] : [(value & 127) | 128, ...varint(value >> 7)];
}

function integer(field: number, value: number): number[] {
  return [...varint(field << 3), ...varint(value)];
}

/** A text, or a message as bytes. */
function bytes(field: number, value: string | Iterable<number>): number[] {
  const content = typeof value === "string" ? [...new TextEncoder().encode(value)] : [...value];
  return [...varint((field << 3) | 2), ...varint(content.length), ...content];
}

/** TensorProto.DataType.FLOAT, and AttributeProto.AttributeType.INT. */
const float32 = 1;
const int = 2;

/** ValueInfoProto: a float32 tensor; a size is a number, or a name where the model takes any. */
export function value(name: string, ...sizes: readonly (string | number)[]): Message {
  const shape = sizes.flatMap((size) =>
    bytes(1, typeof size === "string" ? bytes(2, size) : integer(1, size)),
  );
  const tensor = [...integer(1, float32), ...bytes(2, shape)];
  return [...bytes(1, name), ...bytes(2, bytes(1, tensor))];
}

/** NodeProto. */
export function node(
  type: string,
  inputs: readonly string[],
  output: string,
  ...attributes: readonly Message[]
): Message {
  return [
    ...inputs.flatMap((name) => bytes(1, name)),
    ...bytes(2, output),
    ...bytes(4, type),
    ...attributes.flatMap((attribute) => bytes(5, attribute)),
  ];
}

/** AttributeProto of an integer. */
export function attribute(name: string, value: number): Message {
  return [...bytes(1, name), ...integer(3, value), ...integer(20, int)];
}

/**
 * TensorProto of float32: what a model has learnt. The bytes are little endian, as they are in
 * WebAssembly's memory.
 */
export function initializer(name: string, shape: readonly number[], data: Float32Array): Message {
  return [
    ...(shape.length === 0 ? [] : bytes(1, shape.flatMap(varint))),
    ...integer(2, float32),
    ...bytes(8, name),
    ...bytes(9, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)),
  ];
}

/** What a model consists of. */
export interface Graph {
  readonly name: string;
  readonly nodes: readonly Message[];
  readonly initializers?: readonly Message[];
  readonly inputs: readonly Message[];
  readonly outputs: readonly Message[];
}

/** ModelProto: the bytes of an .onnx file. */
export function model({ name, nodes, initializers = [], inputs, outputs }: Graph): Uint8Array<ArrayBuffer> {
  const graph = [
    ...nodes.flatMap((message) => bytes(1, message)),
    ...bytes(2, name),
    ...initializers.flatMap((message) => bytes(5, message)),
    ...inputs.flatMap((message) => bytes(11, message)),
    ...outputs.flatMap((message) => bytes(12, message)),
  ];
  const irVersion = 8;
  const operatorSet = 13;
  return Uint8Array.from([
    ...integer(1, irVersion),
    ...bytes(7, graph),
    ...bytes(8, [...bytes(1, ""), ...integer(2, operatorSet)]),
  ]);
}
