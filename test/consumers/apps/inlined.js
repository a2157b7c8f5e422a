import * as lossgrad from "lossgrad";
import * as arrays from "lossgrad/arrays";
import { compute } from "./compute.js";

export function computeInlined() {
  return compute(lossgrad, arrays);
}
