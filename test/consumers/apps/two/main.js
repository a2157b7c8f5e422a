// Two copies of the library, as two dependencies of a page may bring them.
import * as one from "lossgrad";
import * as other from "lossgrad-again";
import { l1Loss } from "lossgrad-again/arrays";

const loss = ({ F, tensor }) => F.l1Loss(tensor([1, 4]), tensor([2, 2])).item();

function mix() {
  try {
    return one.F.l1Loss(one.tensor([1, 4]), other.tensor([2, 2])).item();
  } catch (error) {
    return String(error);
  }
}

function mixArrays() {
  try {
    return l1Loss(one.tensor([1, 4]), Float32Array.of(2, 2));
  } catch (error) {
    return String(error);
  }
}

document.querySelector("output").textContent = [
  one === other,
  loss(one),
  loss(other),
  mix(),
  mixArrays(),
].join("\n");
