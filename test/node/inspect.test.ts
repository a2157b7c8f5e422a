/** What Node's inspect prints, and with it console.log. */
import { inspect } from "node:util";
import { nn, tensor } from "lossgrad";
import { describe, expect, it } from "vitest";

describe("inspect prints as String does", () => {
  it("a tensor, nested in other things too, and a disposed one", () => {
    const x = tensor([1, 2]);
    expect(inspect({ x })).toBe("{ x: tensor([1., 2.]) }");
    x.dispose();
    expect(inspect(x)).toBe("tensor(<disposed>)");
  });

  it.each(["L1Loss", "MSELoss", "SmoothL1Loss", "HuberLoss"] as const)("nn.%s", (name) => {
    expect(inspect(new nn[name]({ reduction: "sum" }))).toBe(`${name}()`);
  });
});
