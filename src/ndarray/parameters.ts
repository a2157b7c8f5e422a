/** What operations take besides their operands; each says in operations.ts which of these it is. */
import type { DType } from "./dtype.js";
import type { Selection } from "./indices.js";
import type { Margin } from "./joining.js";
import type { Range } from "./views.js";

/** Nothing of its own. */
export interface NoParameters {
  /** torch's name of the derivative, where it has several for one operation of ours. */
  readonly node?: string | undefined;
}

/** Of add and sub. */
export interface AlphaParameters extends NoParameters {
  /** Factor of the second operand; 1 by default. */
  readonly alpha?: number;
}

export interface PowParameters extends NoParameters {
  readonly exponent: number;
}

/** The bounds; what is left out is none. */
export interface ClampParameters extends NoParameters {
  readonly min?: number | undefined;
  readonly max?: number | undefined;
}

export interface SoftplusParameters extends NoParameters {
  readonly beta?: number;
  readonly threshold?: number;
}

/** What takes the place of NaN and the infinities. */
export interface NanToNumParameters extends NoParameters {
  readonly nan?: number | undefined;
  readonly posinf?: number | undefined;
  readonly neginf?: number | undefined;
}

export interface ToParameters extends NoParameters {
  readonly dtype: DType;
}

/** The dimensions that a reduction goes over; all where there are none. */
export interface ExtentParameters extends NoParameters {
  readonly dims?: readonly number[] | undefined;
  readonly keepdim?: boolean;
}

export interface VarianceParameters extends ExtentParameters {
  /** What is taken off the number of elements; 1 by default. */
  readonly correction?: number;
}

export interface NormParameters extends ExtentParameters {
  /** The order; 2 by default. */
  readonly p?: number;
}

/** The dimension that an index is one of; all elements in order where there is none. */
export interface AlongParameters extends NoParameters {
  readonly dim: number | undefined;
  readonly keepdim?: boolean;
}

export interface ShapeParameters extends NoParameters {
  readonly shape: readonly number[];
}

export interface DimParameters extends NoParameters {
  readonly dim: number;
}

/** Two dimensions that change places. */
export interface TransposeParameters extends DimParameters {
  readonly other: number;
}

/** Where indices stand in a dimension, and how long that is. */
export interface PositionsParameters extends DimParameters {
  readonly size: number;
}

/** One index of a dimension. */
export interface SelectParameters extends DimParameters {
  readonly index: number;
}

export interface SliceParameters extends NoParameters, Omit<Range, "step"> {
  /** 1 by default. */
  readonly step?: number | undefined;
}

/** What index tensors take; `accumulate` unless each element is taken once. */
export interface SelectionParameters extends NoParameters {
  readonly selection: Selection;
  readonly accumulate?: boolean | undefined;
}

/** Views come first, one for each part of an index, then what index tensors take of them. */
export interface PutParameters extends NoParameters {
  readonly steps: readonly ViewStep[];
  readonly selection: Selection | undefined;
  readonly accumulate?: boolean;
}

/** A view as an operation of the table. */
export type ViewStep =
  | { readonly name: "alias"; readonly parameters: NoParameters }
  | { readonly name: "select"; readonly parameters: SelectParameters }
  | { readonly name: "slice"; readonly parameters: SliceParameters }
  | { readonly name: "unsqueeze"; readonly parameters: DimParameters };

/** The dimension of a joint, and the shapes of what is joined, by which gradients come apart. */
export interface JoinParameters extends DimParameters {
  readonly shapes: readonly (readonly number[])[];
}

/** A border's width on either side of each dimension, and what stands in it; 0 by default. */
export interface PadParameters extends NoParameters {
  readonly margins: readonly Margin[];
  readonly value?: number;
}

/** Windows along height and width, the last two dimensions. */
export interface CorrelateParameters extends NoParameters {
  /** What the elements of a window are multiplied by, along either. */
  readonly weights: readonly number[];
  /** How many zeros lie beyond each edge. */
  readonly room: number;
}
