/** Writes the signed parts of `examples/` anew. Run it with: node --import ./bench/resolve.ts scripts/make-examples.ts */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { EXAMPLES_FOLDER, exampleDocuments } from "./example-documents.js";

for (const [path, text] of exampleDocuments()) writeFileSync(join(EXAMPLES_FOLDER, path), text);
