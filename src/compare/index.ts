/**
 * Compares two arrays, such as a model's output in Python and in a page: whether they are equal,
 * how far apart, and what explains the difference. It needs no WebAssembly.
 *
 * @module lossgrad/compare
 */
export type { ChannelComparison } from "./channels.js";
export { compare, type ComparedArray, type Comparison } from "./compare.js";
export type { Diagnosis, DiagnosisName, Residual } from "./diagnosis/fault.js";
export type { Distances, Furthest } from "./distances.js";
export type { NotFinite, Occurrences } from "./not-finite.js";
export type { Comparable, ComparedDType, ShapedData } from "./operand.js";
export type { DType } from "../ndarray/dtype.js";
export type { HalfBits, LossgradTensor, RuntimeTensor } from "../ndarray/adapter.js";
export type { TypedData } from "../ndarray/typed.js";
export type { CompareOptions } from "./options.js";
export type { Tolerance } from "./tolerances.js";
export type { UlpBucket, UlpDType } from "./ulp.js";
