// Two copies of the library, as two dependencies of a page may bring them.
import * as one from "lossgrad";
import * as other from "lossgrad-again";
import { l1Loss } from "lossgrad-again/arrays";

const loss = ({ F, tensor }, target) => F.l1Loss(tensor([1, 4]), target).item();

/** What `call` returns or throws, as text. */
function outcome(call) {
  try {
    return String(call());
  } catch (error) {
    return String(error);
  }
}

document.querySelector("output").textContent = [
  one === other,
  loss(one, one.tensor([2, 2])),
  loss(other, other.tensor([2, 2])),
  outcome(() => loss(one, other.tensor([2, 2]))),
  outcome(() => loss(one, one.tensor(other.tensor([2, 2])))),
  outcome(() => l1Loss(one.tensor([1, 4]), Float32Array.of(2, 2))),
].join("\n");
