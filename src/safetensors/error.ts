/**
 * What bytes that are no safetensors, or none that can be read here, throw; its message names the
 * tensor, what was expected and what came.
 *
 * @example
 * let message = "";
 * try {
 *   safetensors.load(new Uint8Array(3));
 * } catch (error) {
 *   if (error instanceof safetensors.SafetensorError) message = error.message;
 * }
 * message; // "not a safetensors file: expected at least 8 bytes, got 3"
 */
export class SafetensorError extends Error {
  override name = "SafetensorError";
}
