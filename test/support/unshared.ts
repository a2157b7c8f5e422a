/** Keeps the memory unshared: threads are declined before it is made. */
import { setNumThreads } from "lossgrad";

setNumThreads(1);
