/** A small valid trust repository as texts by path, for tests to change one thing of. */
import { createHash } from "node:crypto";
import { compile } from "../../../src/desired/compile.js";
import type { Compiled, CompileOptions } from "../../../src/desired/compile.js";
import { DEFAULT_LIMITS } from "../../../src/desired/limits.js";
import type { TreeFile } from "../../../src/desired/tree.js";
import { documentJson } from "../../../src/protocol/documents.js";
import { genesis, OWN, signedFeed } from "../../helpers/desired.js";
import { keyOf } from "../../helpers/keys.js";

/** Text, bytes, or a text with another mode than a plain file's. */
export type Content =
  | string
  | Uint8Array
  | { readonly mode: TreeFile["mode"]; readonly text: string };

/** Null removes a file. */
export type Changes = Readonly<Record<string, Content | null>>;

export const COMMIT = "1".repeat(40);
export const TREE = "2".repeat(40);

export function yaml(kind: string, name: string, spec: string): string {
  const body = spec.trimEnd().replaceAll(/^/gm, "  ");
  return `apiVersion: concordat/v1\nkind: ${kind}\nmetadata:\n  name: ${name}\nspec:\n${body}\n`;
}

export const AUTHORITY = `sovereignId: ${OWN}
keyId: acme-1
publicKey: ${keyOf("authority").publicKey}
genesis: documents/genesis.json
`;

export const OPERATOR = `keyId: operator-root
publicKey: ${keyOf("operator root").publicKey}
tier: privileged
holder: the root operator
`;

export const GLOBEX = `sovereignId: GLOBEX
publicKeys:
  - ${keyOf("sovereign globex").publicKey}
`;

/** One resource of every kind. */
const VALID: Readonly<Record<string, Content>> = {
  "authority.yaml": yaml("Authority", "acme", AUTHORITY),
  "operators/root.yaml": yaml("OperatorKey", "root", OPERATOR),
  "sovereigns/globex.yaml": yaml("Sovereign", "globex", GLOBEX),
  "treaties/globex.yaml": yaml(
    "RecognitionTreaty",
    "globex",
    "subject: globex\nscope:\n  allowedRoles: [role:client]\n",
  ),
  "attestations/member.yaml": yaml(
    "MembershipAttestation",
    "member",
    "subjectId: member-1\nroles: [role:client]\n",
  ),
  "revocations/old.yaml": yaml(
    "Revocation",
    "old",
    "target: {kind: RecognitionTreaty, id: 00000000-0000-4000-8000-000000000001}\nreason: relationship ended\n",
  ),
  "feeds/globex.yaml": yaml(
    "RevocationFeed",
    "globex",
    "issuer: globex\nfile: documents/globex-1.json\naccept: true\n",
  ),
  "policies/local.yaml": yaml(
    "RecognitionPolicy",
    "local",
    "recognizedIssuers:\n  - sovereign: globex\n    allowedRoles: [role:client]\n",
  ),
  "documents/genesis.json": documentJson(genesis()),
  "documents/globex-1.json": documentJson(signedFeed("globex", 1, ["a-1"])),
  "README.md": "# A trust repository\n",
};

/** The result of the valid tree with some files replaced, added or removed. */
export function compileWith(
  changes: Changes = {},
  options: Partial<CompileOptions> = {},
): Compiled {
  const contents = Object.entries({ ...VALID, ...changes }).flatMap(([path, content]) =>
    content === null ? [] : [{ path, content }],
  );
  return compileFiles(contents, options);
}

/** The result of a tree of these files alone. */
export function compileOnly(
  files: Readonly<Record<string, Content>>,
  options: Partial<CompileOptions> = {},
): Compiled {
  return compileFiles(
    Object.entries(files).map(([path, content]) => ({ path, content })),
    options,
  );
}

/** As `compileOnly`, for trees in which a path may stand twice. */
export function compileFiles(
  contents: readonly { readonly path: string; readonly content: Content }[],
  options: Partial<CompileOptions> = {},
): Compiled {
  const blobs = new Map<string, Uint8Array>();
  const files = contents.map(({ path, content }): TreeFile => {
    const { mode, bytes } = readContent(content);
    const blob = createHash("sha1").update(bytes).digest("hex");
    blobs.set(blob, bytes);
    return { path, mode, blob, size: bytes.length };
  });
  const read = (blob: string): Uint8Array => blobs.get(blob) ?? new Uint8Array();
  return compile(
    { commit: COMMIT, tree: TREE, files, read },
    { limits: DEFAULT_LIMITS, ...options },
  );
}

/** Faults as `file:line:column code`. */
export function faultsOf({ diagnostics }: Pick<Compiled, "diagnostics">): readonly string[] {
  return diagnostics.map(({ file, line, column, code }) => `${file}:${line}:${column} ${code}`);
}

function readContent(content: Content): {
  readonly mode: TreeFile["mode"];
  readonly bytes: Uint8Array;
} {
  if (typeof content === "string") return { mode: "100644", bytes: Buffer.from(content) };
  if (content instanceof Uint8Array) return { mode: "100644", bytes: content };
  return { mode: content.mode, bytes: Buffer.from(content.text) };
}
