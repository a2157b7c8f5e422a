/** What test/tensor/taken.test.ts tries: every public function of tensors that takes options. */
import ts from "typescript";
import { expect, it } from "vitest";
import { entries } from "../support/public-interface.js";
import { TAKERS, WITHOUT_OPERANDS } from "../support/takers.js";

/** Whether a declaration, or the constructor of one, has a parameter for options. */
function takesOptions(declaration: ts.Declaration): boolean {
  if (ts.isClassDeclaration(declaration)) return declaration.members.some(takesOptions);
  // A loss that is a formula is a constant, whose type takes options.
  if (ts.isVariableDeclaration(declaration)) {
    return declaration.initializer?.getText().startsWith("formulaLoss<") ?? false;
  }
  if (!ts.isFunctionLike(declaration)) return false;
  return declaration.parameters.some(
    ({ name, type }) =>
      /^(options|bounds)$/.test(name.getText()) || (type?.getText() ?? "").includes(" options?:"),
  );
}

it("every public function that takes options is tried", () => {
  const found = entries.flatMap(({ name, symbol, kind }) => {
    // A class's methods are entries of their own; those of the
    // other entries have tests of their own.
    const own = symbol.declarations?.find(ts.isClassDeclaration);
    const constructor = kind === "class" && own ? own.members.filter(ts.isConstructorDeclaration) : null;
    const takes = (constructor ?? symbol.declarations ?? []).some(takesOptions);
    return takes && !/^(arrays|metrics|compare|matchers)\./.test(name) && name !== "nn.Loss" ? [name] : [];
  });
  expect(found.sort()).toEqual([...Object.keys(TAKERS), ...WITHOUT_OPERANDS].sort());
});
