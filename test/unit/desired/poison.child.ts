/** Reads every poisoned file again and again in one process, as a service that polls a bad commit would. Prints the codes. */
import { DEFAULT_LIMITS } from "../../../src/desired/limits.js";
import { parseFile } from "../../../src/desired/parse.js";
import { POISONED } from "./poisoned-files.js";

const REPEATS = 500;
// By default the size is refused first; here the reader itself must hold.
const LIMITS = {
  ...DEFAULT_LIMITS,
  fileBytes: Number.MAX_SAFE_INTEGER,
  keysPerMap: 100,
  documentsPerFile: 100,
};

const codes: Record<string, string> = {};
for (const [name, [text, code]] of Object.entries(POISONED)) {
  const bytes = Buffer.from(text);
  for (let count = 0; count < REPEATS; count += 1) {
    const { diagnostics } = parseFile("f.yaml", "0", bytes, LIMITS);
    codes[name] = diagnostics.find((fault) => fault.code === code)?.code ?? "not refused so";
  }
}
process.stdout.write(JSON.stringify(codes));
