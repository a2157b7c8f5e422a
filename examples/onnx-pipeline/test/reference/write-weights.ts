/**
 * Writes the model's weights and its images as raw float32 to a folder, for torch.py:
 *
 *     npx tsx --tsconfig tsconfig.json examples/onnx-pipeline/test/reference/write-weights.ts FOLDER
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { digestOf, numbersOf, trainModel } from "./model.js";

const folder = process.argv[2];
const numbers = numbersOf(trainModel());
for (const [name, one] of Object.entries(numbers)) writeFileSync(join(folder, `${name}.f32`), one);
writeFileSync(join(folder, "digest.txt"), digestOf(numbers));
