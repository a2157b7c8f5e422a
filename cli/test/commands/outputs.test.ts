/** Files that the command would write are looked at before it computes. */
import { describe, expect, test } from "vitest";
import { temporary } from "../../../test/support/temporary.js";
import { npyOf } from "../support/npy.js";
import { lossgrad } from "../support/program.js";

const { file, folder } = temporary("lossgrad-outputs-");

const numbers = Float32Array.of(1, 2, 3, 4);
const arrays = (): string[] => [file("p.npy", npyOf(numbers)), file("t.npy", npyOf(numbers))];

describe("files that are written", () => {
  test.each(["--state", "--grad", "--report", "--plot"])("%s: not one that is read", async (option) => {
    const [p, t] = arrays();
    const image = file("p.svg", npyOf(numbers));
    const page = file("p.html", npyOf(numbers));
    const read = option === "--report" ? page : option === "--plot" ? image : p;
    const { code, err } = await lossgrad(["evaluate", read, t, "--loss", "l1", option, read]);
    expect([code, err]).toEqual([
      2,
      `lossgrad: ${option}: expected a file of its own, got ${read}, which is read`,
    ]);
  });

  test("not one by two options", async () => {
    const path = `${folder()}/twice`;
    const { code, err } = await lossgrad([
      "evaluate",
      ...arrays(),
      "--loss",
      "l1",
      "--grad",
      path,
      "--state",
      path,
    ]);
    expect([code, err]).toEqual([
      2,
      `lossgrad: --state: expected a file of its own, got ${path}, which --grad writes`,
    ]);
  });

  test.each([
    ["none/s.json", "whose folder does not exist"],
    ["", "which is a folder"],
    ["p.npy/s.json", "which is below a file"],
  ])("not %j", async (name, why) => {
    const inputs = arrays();
    const path = `${folder()}/${name}`;
    const { code, err } = await lossgrad(["evaluate", ...inputs, "--state", path]);
    expect([code, err]).toEqual([
      2,
      `lossgrad: --state: expected a file that can be written, got ${path}, ${why}`,
    ]);
  });
});
