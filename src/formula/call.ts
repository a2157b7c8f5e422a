/** The types of calls of a fused function, which follow from the function's text. */

/**
 * What calls give in place of the arguments A of a text: operands O, of which the parameters P are
 * none.
 */
export type CallOperands<A extends readonly unknown[], P, O> = keyof P extends never
  ? { [K in keyof A]: O }
  : A extends readonly [...infer Operands, unknown]
    ? { [K in keyof Operands]: O }
    : O[];

/** The options of a call: those that every fused function has, and the parameters. */
export type CallOptions<Options, P> = keyof P extends never ? Options : Options & Partial<P>;

/**
 * The arguments of a call; where the text does not tell how many operands there are, any number.
 */
export type CallArguments<O extends readonly unknown[], Options> = number extends O["length"]
  ? (O[number] | Options)[]
  : [...operands: O, options?: Options];
