// A Prettier plugin for assembly/: TypeScript's formatter, taught the one thing of AssemblyScript
// that TypeScript's parser refuses: decorators on functions and constants at the top level. They
// pass through the formatter as block comments.
import { printers } from "prettier/plugins/estree";
import { parsers } from "prettier/plugins/typescript";

const TOP_LEVEL_DECORATORS = /^@\w+(?:\([^)\n]*\))?(?:[ \t]+@\w+(?:\([^)\n]*\))?)*/gm;
const MARK = "assemblyscript:";

const parser = {
  ...parsers.typescript,
  astFormat: "assemblyscript",
  preprocess: (text) => text.replace(TOP_LEVEL_DECORATORS, `/*${MARK}$&*/`),
};

const printer = {
  ...printers.estree,
  printComment(path, options) {
    const { value } = path.node;
    return value.startsWith(MARK) ? value.slice(MARK.length) : printers.estree.printComment(path, options);
  },
};

export default { parsers: { assemblyscript: parser }, printers: { assemblyscript: printer } };
