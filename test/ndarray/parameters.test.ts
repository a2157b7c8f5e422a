/**
 * Operations take parameters of their own: what is of another operation, or lacks what it needs,
 * does not compile. Each line marked so would be an error if it did.
 */
import { tensor } from "lossgrad";
import { expect, it } from "vitest";

it("parameters are an operation's own", () => {
  const x = tensor([1, 2]);
  const compiled = (): void => {
    x.op("add", { alpha: 2 }, x);
    // @ts-expect-error -- an exponent is of pow
    x.op("add", { exponent: 2 }, x);
    // @ts-expect-error -- "treshold" is misspelt
    x.op("softplus", { treshold: 2 });
    // @ts-expect-error -- one dimension has a word of its own
    x.op("sum", { dim: 0 });
    // @ts-expect-error -- mul has none
    x.op("mul", { alpha: 2 }, x);
    // @ts-expect-error -- a power of what?
    x.op("pow");
    // @ts-expect-error -- one of two dimensions
    x.op("transpose", { dim: 0 });
  };
  expect(compiled).toBeTypeOf("function");
});
