/**
 * Before each file of tests: the binary, for tests that import from the middle of src/; how arrays
 * are compared.
 */
import "../../src/core/inlined.js";
import "./equality.js";
