/** Buffers: tensors that belong to a module's state, and are not learnt. */
import { describeValue } from "../core/describe.js";
import { Tensor } from "../tensor/tensor.js";
import { isModule } from "./callable.js";
import { Parameter } from "./parameter.js";

/** What a module has registered under a name. */
export class Buffer {
  constructor(
    /** The tensor, or null where there is none for now. */
    public value: Tensor | null,
    /** Whether it is part of the module's state. */
    readonly persistent: boolean,
  ) {}
}

/**
 * How the getter of a property tells its buffer. So a property that is deleted or defined anew is no
 * buffer any more, and a module without buffers holds nothing for them.
 */
const BUFFER = /* @__PURE__ */ Symbol("lossgrad.buffer");

/** The getter of a property that is a buffer. */
interface Getter {
  (): Tensor | null;
  [BUFFER]?: Buffer;
}

/** The buffer that a property of a module is, if it is one. */
export function bufferAt(module: object, name: string): Buffer | undefined {
  const property: { get?: Getter } | undefined = Object.getOwnPropertyDescriptor(module, name);
  return property?.get?.[BUFFER];
}

/** Makes a property of a module a buffer, with torch's errors. */
export function registerBuffer(module: object, name: string, tensor: unknown, persistent: boolean): void {
  checkName(module, name);
  if (!isBuffered(tensor)) {
    throw new TypeError(
      `cannot assign '${describeValue(tensor)}' object to buffer '${name}' (torch Tensor or null required)`,
    );
  }
  tensor?.checkAlive("registerBuffer");
  const buffer = new Buffer(tensor, persistent);
  const get: Getter = () => buffer.value;
  get[BUFFER] = buffer;
  const set = (value: unknown): void => {
    // As in torch, a parameter or a submodule takes the buffer's place.
    if (value instanceof Parameter || isModule(value)) {
      Object.defineProperty(module, name, { value, ...PLAIN });
    } else if (isBuffered(value)) {
      buffer.value = value;
    } else {
      throw new TypeError(
        `cannot assign '${describeValue(value)}' as buffer '${name}' (torch.Tensor or null expected)`,
      );
    }
  };
  Object.defineProperty(module, name, { get, set, enumerable: true, configurable: true });
}

const PLAIN = { enumerable: true, configurable: true, writable: true };

const isBuffered = (value: unknown): value is Tensor | null => value === null || value instanceof Tensor;

/** Throws unless a buffer can have this name. A property that is declared only has no value yet. */
function checkName(module: object, name: unknown): asserts name is string {
  if (typeof name !== "string") {
    throw new TypeError(`buffer name should be a string. Got ${describeValue(name)}`);
  }
  if (name.includes(".")) throw new Error('buffer name can\'t contain "."');
  if (name === "") throw new Error('buffer name can\'t be empty string ""');
  if (Reflect.get(module, name) !== undefined && !bufferAt(module, name)) {
    throw new Error(`attribute '${name}' already exists`);
  }
}
