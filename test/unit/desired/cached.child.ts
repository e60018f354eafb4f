/** Compiles a tree from a cache, then parses a document, and prints after each whether ajv has been loaded. */
import { createRequire } from "node:module";
import { compile } from "../../../src/desired/compile.js";
import { DEFAULT_LIMITS } from "../../../src/desired/limits.js";
import { parseFile } from "../../../src/desired/parse.js";
import type { Resource } from "../../../src/model/resources.js";

const { cache } = createRequire(import.meta.url);
const isLoaded = (): boolean => Object.keys(cache).some((file) => /[\\/]ajv[\\/]/.test(file));

const resource: Resource = {
  kind: "MembershipAttestation",
  name: "member",
  spec: { subjectId: "m", roles: [] },
  source: { file: "a.yaml", line: 1, column: 1, blob: "b" },
  positions: {},
};
const files = [{ path: "a.yaml", mode: "100644", blob: "b", size: 1 }] as const;
const read = (): Uint8Array => new Uint8Array();
compile(
  { commit: "c", tree: "t", files, read },
  { limits: DEFAULT_LIMITS, cached: () => [resource] },
);
const cached = isLoaded();

parseFile("a.yaml", "b", Buffer.from("kind: MembershipAttestation\n"), DEFAULT_LIMITS);
process.stdout.write(JSON.stringify({ cached, fresh: isLoaded() }));
