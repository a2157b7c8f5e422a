// What tests call in the page, as functions of its window.
import { setNumThreads, tensor } from "lossgrad";
import * as lossgrad from "lossgrad";
import { computeOnThreads } from "../compute.js";

/** The error that making a tensor throws. */
window.makeTensor = () => {
  try {
    return String(tensor([1]));
  } catch (error) {
    return String(error);
  }
};

window.computeOnThreads = ({ workerUrl, patience, threads = 2 }) => {
  setNumThreads(threads, { workerUrl });
  return computeOnThreads(lossgrad, patience);
};
