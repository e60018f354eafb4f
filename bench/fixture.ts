/** Trust repositories of a given size, with real keys, in a folder of their own. */
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DEFAULT_LIMITS, type Limits } from "../src/desired/limits.js";
import type { GenesisBlock } from "../src/model/documents.js";
import { documentJson } from "../src/protocol/documents.js";
import { parseTimestamp, toInstant } from "../src/protocol/instant.js";
import { PrivateKey } from "../src/sign/private-key.js";
import { signDocument } from "../src/sign/sign-document.js";

export const NOW = toInstant(parseTimestamp("2026-11-23T00:00:00Z"));
/** One resource a file, so that a change costs one blob; the default limit on files is for people's repositories. */
export const LIMITS: Limits = { ...DEFAULT_LIMITS, files: 200_000, totalBytes: 1 << 30 };
const SOVEREIGNS = 100;
const PER_FOLDER = 100;

export function keyOf(label: string): PrivateKey {
  return PrivateKey.fromSeed(createHash("sha256").update(`concordat bench key: ${label}`).digest());
}

function resource(kind: string, name: string, spec: string): string {
  return `apiVersion: concordat/v1\nkind: ${kind}\nmetadata:\n  name: ${name}\nspec:\n${spec}`;
}

function genesis(): string {
  const root = keyOf("root");
  return documentJson(
    signDocument<GenesisBlock>(
      {
        network_name: "BENCH",
        network_version: "v0.1",
        root_public_key: root.publicKey,
        network_authority: {
          public_key: keyOf("authority").publicKey,
          valid_from: parseTimestamp("2026-01-01T00:00:00Z"),
          valid_to: parseTimestamp("2036-01-01T00:00:00Z"),
        },
        allowed_crypto_suites: ["ed25519"],
        allowed_transports: ["quic"],
        policy_manifest: { hash: "sha256:placeholder", url: null },
        bootstrap_anchors: [],
      },
      "root",
      root,
    ),
  );
}

export function treatyYaml(index: number, role = "role:client"): string {
  return resource(
    "RecognitionTreaty",
    `t${index}`,
    `  subject: s${index % SOVEREIGNS}\n  scope:\n    allowedRoles:\n      - "${role}"\n      - "role:operator"\n    acceptedStatuses:\n      - "active"\n  validity:\n    for: 720h\n  renewal:\n    before: 72h\n  metadata:\n    purpose: "benchmark treaty ${index}"\n`,
  );
}

export function sovereignYaml(index: number, feed: string | null = null): string {
  const key = keyOf(`sovereign ${index}`).publicKey;
  const polled = feed === null ? "" : `  feed:\n    url: "${feed}"\n`;
  return resource(
    "Sovereign",
    `s${index}`,
    `  sovereignId: S${index}\n  publicKeys:\n    - "${key}"\n${polled}`,
  );
}

export function treatyPath(index: number): string {
  return `treaties/f${Math.floor(index / PER_FOLDER)}/t${index}.yaml`;
}

export interface Fixture {
  readonly dir: string;
  readonly db: string;
  write(path: string, content: string): void;
  commit(message: string): void;
  /** The id of the newest commit. */
  head(): string;
  /** Makes a commit of what was written, which no ref names yet, and gives its id. */
  draft(message: string): string;
  /** Moves the branch to a commit, as git does and in one step: when it returns, the ref has moved. */
  publish(commit: string): void;
}

/** A repository with that many treaties, committed; it goes away when the process ends. */
export function repository(treaties: number): Fixture {
  const dir = mkdtempSync(join(tmpdir(), "concordat-bench-"));
  process.once("exit", () => rmSync(dir, { recursive: true, force: true }));
  const git = (...args: string[]): string =>
    execFileSync(
      "git",
      [
        "-C",
        dir,
        "-c",
        "gc.auto=0",
        "-c",
        "user.name=Bench",
        "-c",
        "user.email=bench@localhost",
        ...args,
      ],
      { stdio: "pipe", encoding: "utf8" },
    ).trimEnd();
  const write = (path: string, content: string): void => {
    mkdirSync(join(dir, path, ".."), { recursive: true });
    writeFileSync(join(dir, path), content);
  };
  const commit = (message: string): void => {
    git("add", "--all");
    git("commit", "--quiet", "--message", message);
  };
  const draft = (message: string): string => {
    git("add", "--all");
    return git("commit-tree", "-p", "HEAD", "-m", message, git("write-tree"));
  };
  const publish = (id: string): void => {
    const ref = join(dir, ".git/refs/heads/main");
    writeFileSync(`${ref}.lock`, `${id}\n`);
    renameSync(`${ref}.lock`, ref);
  };
  git("init", "--quiet", "--initial-branch=main");
  write(
    "authority.yaml",
    resource(
      "Authority",
      "bench",
      `  sovereignId: BENCH\n  keyId: bench-1\n  publicKey: "${keyOf("authority").publicKey}"\n  genesis: genesis.json\n  policy:\n    lostPaths:\n      count: 1000000\n`,
    ),
  );
  write("genesis.json", genesis());
  write(".gitignore", ".concordat/\n");
  write(
    "operators/root.yaml",
    resource(
      "OperatorKey",
      "root",
      `  keyId: operator-root\n  publicKey: "${keyOf("operator").publicKey}"\n  tier: privileged\n  holder: bench\n`,
    ),
  );
  for (let index = 0; index < SOVEREIGNS; index += 1) {
    write(`sovereigns/s${index}.yaml`, sovereignYaml(index));
  }
  for (let index = 0; index < treaties; index += 1) write(treatyPath(index), treatyYaml(index));
  commit("bench: first commit");
  git("gc", "--quiet");
  mkdirSync(join(dir, ".concordat"));
  const head = (): string => git("rev-parse", "HEAD");
  return { dir, db: join(dir, ".concordat/na.db"), write, commit, head, draft, publish };
}
