/**
 * Where memory cannot be shared its growth detaches arrays: room for those of a file of tests, made
 * before any of them, when the garbage of the files before it in the same page is gone.
 */
import { empty } from "lossgrad";

const ROOM = 2 ** 27;

(globalThis as { gc?: () => void }).gc?.();
await new Promise((resolve) => setTimeout(resolve));
empty([ROOM], { dtype: "uint8" }).dispose();
