/**
 * A formula as a tree: arithmetic as JavaScript writes it, except that `^` means a power too, and
 * that a sign counts less than a power, as in mathematics: -x^2 is -(x^2), and never (-x)^2.
 */
import jsep from "jsep";
import { FormulaError } from "./error.js";
import { MOST_CHARACTERS } from "./length.js";

export type Tree = jsep.CoreExpression;

const POWERS = ["**", "^"];
const PRECEDENCES: Readonly<Record<string, number>> = {
  "==": 6,
  "!=": 6,
  "<": 7,
  "<=": 7,
  ">": 7,
  ">=": 7,
  "+": 9,
  "-": 9,
  "*": 10,
  "/": 10,
};

jsep.removeAllUnaryOps();
jsep.removeAllBinaryOps();
jsep.removeAllLiterals();
for (const [operator, precedence] of Object.entries(PRECEDENCES)) jsep.addBinaryOp(operator, precedence);
for (const operator of POWERS) jsep.addBinaryOp(operator, 11, true);

/** Where what stands for an operand begins. */
const places = new WeakMap<jsep.Expression, number>();
/** Those that are being read, one within the other. */
const begun: number[] = [];

/** Where a part of a formula begins, counted from 0. */
export function placeOf(tree: Tree): number | null {
  const place = places.get(tree);
  if (place !== undefined) return place;
  if (tree.type === "BinaryExpression") return placeOf(tree.left as Tree);
  return tree.type === "ConditionalExpression" ? placeOf(tree.test as Tree) : null;
}

jsep.hooks.add("gobble-token", function () {
  // Of numbers, jsep does not tell where they end.
  if (!/[\d.]/.test(this.char)) begun.push(this.index);
});
jsep.hooks.add("after-token", function (env) {
  const place = begun.pop();
  // jsep gives false where its types say undefined.
  if (env.node && place !== undefined) places.set(env.node, place);
});

// Signs by a hook: jsep's own take what stands next to them, without its exponent.
jsep.hooks.add("gobble-token", function (env) {
  const { char: sign } = this;
  if (sign !== "-" && sign !== "+") return;
  this.index++;
  env.node = { type: "UnaryExpression", operator: sign, argument: powerAt(this), prefix: true };
});

/** What stands at the scope's place, with its exponent. */
function powerAt(scope: jsep.HookScope): jsep.Expression {
  const base = scope.gobbleToken();
  // jsep gives false where its types say undefined.
  if (!base) return scope.throwError("Expected an expression after a sign or a power");
  scope.gobbleSpaces();
  const operator = POWERS.find((power) => scope.expr.startsWith(power, scope.index));
  if (operator === undefined) return base;
  scope.index += operator.length;
  return { type: "BinaryExpression", operator, left: base, right: powerAt(scope) };
}

/** @throws FormulaError that says at which character reading ended */
export function parse(text: string): Tree {
  if (text.length > MOST_CHARACTERS) {
    throw new FormulaError(`expected at most ${MOST_CHARACTERS} characters, got ${text.length}`);
  }
  const tree = read(text);
  if (tree.type !== "Compound") return tree;
  if (tree.body.length === 0) throw new FormulaError("expected a formula, got nothing");
  throw new FormulaError("expected one formula, got several; is there an operator missing, as in 2 * p?");
}

function read(text: string): Tree {
  begun.length = 0;
  try {
    return jsep(text) as Tree;
  } catch (error) {
    const { description, index } = error as Error & { description: string; index: number };
    const bars = text.includes("|") ? "; for |x|, write abs(x)" : "";
    throw new FormulaError(`${description} at character ${index + 1}${bars}`);
  }
}
