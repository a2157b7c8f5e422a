/**
 * Where memory cannot be shared its growth detaches arrays: room for those of a file of tests, made
 * before any of them.
 */
import { empty } from "lossgrad";

const ROOM = 2 ** 27;

empty([ROOM], { dtype: "uint8" }).dispose();
