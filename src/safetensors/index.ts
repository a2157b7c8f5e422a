/**
 * State dictionaries as safetensors: bytes that Python's package of that name writes and reads.
 *
 * @see https://huggingface.co/docs/safetensors
 */
export type { StoredDType } from "./dtypes.js";
export { SafetensorError } from "./error.js";
export { type Header, headerLength, readHeader, type TensorInfo } from "./header.js";
export { load } from "./load.js";
export { save, type SaveOptions } from "./save.js";
