/** Writes the trust of an authority that exists as resources, with an inventory of the objects behind them. */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { compile } from "../desired/compile.js";
import { DEFAULT_LIMITS } from "../desired/limits.js";
import { AppError } from "../errors.js";
import type { Exception, HeldRows } from "../model/adoption.js";
import type { GenesisBlock, PublicKey, Verified } from "../model/documents.js";
import type { JsonObject } from "../model/json.js";
import type { Kind } from "../model/resources.js";
import type { Digest } from "../model/state.js";
import type { Instant } from "../model/time.js";
import { readWorktree } from "../git/worktree.js";
import { prettyJson } from "../protocol/canonical.js";
import { editorSchemas } from "../scaffold/templates.js";
import { draftResources } from "./draft-resources.js";
import { keysOf, readExistingTree, type ExistingTree } from "./existing-tree.js";
import { foundation, resourceFiles } from "./files.js";
import { digestOfRows, INVENTORY_FILE, inventoryText } from "./inventory-file.js";
import { verifyRows, type VerifiedRows } from "./verify-rows.js";

const REPORT_FILE = "import-report.json";

/** Whom to believe. What is null is taken from the next of: the genesis, the tree, the source itself. */
export interface Anchors {
  readonly genesis: Verified<GenesisBlock> | null;
  readonly publicKey: PublicKey | null;
  readonly sovereignId: string | null;
}

export interface ImportSource {
  readonly rows: HeldRows;
  /** A key that the source names itself, believed only where nothing better is given. */
  readonly authorityKey: PublicKey | null;
  /** What the report says of where the rows come from. */
  readonly description: JsonObject;
  /** Files that go with the rows. */
  readonly files: ReadonlyMap<string, string>;
  readonly warnings: readonly string[];
}

export interface ImportResult {
  readonly sovereignId: string;
  readonly publicKey: PublicKey;
  readonly rowsDigest: Digest;
  /** Paths from `dir`, sorted; the editor schemas are left out. */
  readonly files: readonly string[];
  readonly resources: { readonly [K in Kind]?: number };
  readonly leftOut: readonly Exception[];
  readonly kept: readonly Exception[];
  readonly warnings: readonly string[];
}

/**
 * Writes into `dir`: a new or empty folder, or a trust repository. No file is ever overwritten. Throws AppError `usage`,
 * `verification_refused` when no row holds, `authority_key_mismatch`, `file_exists`, `not_empty`, `validation_failed`,
 * `unwritable_file`.
 */
export async function importRows(
  dir: string,
  source: ImportSource,
  anchors: Anchors,
  now: Instant,
): Promise<ImportResult> {
  const tree = await readExistingTree(dir);
  const { publicKey, sovereignId } = anchorOf(source, anchors, tree);
  const rows = verifyRows(source.rows, publicKey, sovereignId, keysOf(tree));
  assertSomeHold(rows, source.rows);
  const { resources, kept } = draftResources(rows, tree, now);
  const rowsDigest = digestOfRows(source.rows);
  const items = resources.map(({ kind, name, objectId, documentDigest }) => ({
    kind,
    name,
    objectId,
    renewal: 0,
    documentDigest,
  }));
  const warnings = [...source.warnings, ...policyWarnings(rows)];
  const counts: { [K in Kind]?: number } = {};
  for (const { kind } of resources) counts[kind] = (counts[kind] ?? 0) + 1;
  const files = new Map([
    ...resourceFiles(resources),
    ...source.files,
    ...(tree.authority === null && anchors.genesis !== null
      ? foundation(anchors.genesis, keyIdOf(rows))
      : []),
    [INVENTORY_FILE, inventoryText({ sovereignId: rows.sovereignId, rowsDigest, items })],
    [
      REPORT_FILE,
      `${prettyJson({
        source: source.description,
        sovereign_id: rows.sovereignId,
        public_key: publicKey,
        rows_digest: rowsDigest,
        resources: { ...counts },
        left_out: rows.leftOut.map((exception) => ({ ...exception })),
        kept: kept.map((exception) => ({ ...exception })),
        warnings,
      })}\n`,
    ],
  ]);
  const schemas = tree.paths.has(".schemas/resource.schema.json") ? [] : editorSchemas();
  writeNew(dir, new Map([...files, ...schemas]), tree);
  return {
    sovereignId: rows.sovereignId,
    publicKey,
    rowsDigest,
    files: [...files.keys()].toSorted(),
    resources: counts,
    leftOut: rows.leftOut,
    kept,
    warnings: [...warnings, ...faultsOf(dir, files)],
  };
}

function anchorOf(
  source: ImportSource,
  { genesis, publicKey, sovereignId }: Anchors,
  { authority }: ExistingTree,
): { readonly publicKey: PublicKey; readonly sovereignId: string | null } {
  const named = genesis?.body.network_authority.public_key ?? null;
  const key =
    publicKey ??
    (named as PublicKey | null) ??
    (authority?.publicKey as PublicKey | undefined) ??
    source.authorityKey;
  const id = sovereignId ?? genesis?.body.network_name ?? authority?.sovereignId ?? null;
  if (key === null) {
    throw new AppError("usage", "nothing says which key the authority signs with", {
      hint: "give --genesis FILE or --public-key KEY",
    });
  }
  if (authority !== null && (authority.publicKey !== key || authority.sovereignId !== id)) {
    throw new AppError(
      "authority_key_mismatch",
      `the Authority of the tree is ${authority.sovereignId} under ${authority.publicKey}; the rows are judged under ${key}`,
      {
        hint: "put the genesis of the authority that exists into the tree, and its key into authority.yaml",
      },
    );
  }
  return { publicKey: key, sovereignId: id };
}

/** The wrong key, or the wrong database: to write a tree of nothing would hide it. */
function assertSomeHold(rows: VerifiedRows, held: HeldRows): void {
  const some = held.treaties.length + held.attestations.length;
  if (some === 0 || rows.treaties.length + rows.attestations.length > 0) return;
  const [first] = rows.leftOut;
  throw new AppError(
    "verification_refused",
    `none of ${some} treaties and attestations holds under this key; the first: ${first?.reason ?? ""}`,
    { hint: "give the genesis, or the key, that this authority signs with" },
  );
}

function keyIdOf({ treaties, attestations }: VerifiedRows): string {
  const newest = [...treaties, ...attestations].toSorted((a, b) =>
    a.row.issuedAt < b.row.issuedAt ? 1 : -1,
  )[0];
  return newest?.document.body.issued_by ?? "authority";
}

function policyWarnings({ policyJson }: VerifiedRows): readonly string[] {
  return policyJson === null
    ? []
    : [
        "its recognition policy is not signed, and is not written down: add a RecognitionPolicy if you mean it",
      ];
}

/** Everything or nothing, and nothing over what is there. */
function writeNew(dir: string, files: ReadonlyMap<string, string>, tree: ExistingTree): void {
  const taken = [...files.keys()].filter((path) => tree.paths.has(path));
  if (taken.length > 0) {
    throw new AppError("file_exists", `${taken[0]} exists already in ${dir}`, {
      hint: "an import never overwrites: remove what an earlier one wrote, or choose a new folder",
      details: taken,
    });
  }
  const written: string[] = [];
  try {
    for (const [path, text] of files) {
      const file = join(dir, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text, { flag: "wx" });
      written.push(file);
    }
  } catch (cause) {
    for (const file of written) rmSync(file, { force: true });
    throw new AppError("unwritable_file", `${dir} cannot be written`, { cause });
  }
}

/** What `validate` finds in the files that were written: two resources may only be wrong together. */
function faultsOf(dir: string, written: ReadonlyMap<string, string>): readonly string[] {
  const { files, read } = readWorktree(dir, DEFAULT_LIMITS);
  const input = { commit: "", tree: "", files, read };
  return compile(input, { limits: DEFAULT_LIMITS })
    .diagnostics.filter(({ level, file }) => level === "error" && written.has(file))
    .map(({ file, line, message }) => `${file}:${line}: ${message}`);
}
