/** A trust repository in real git, with keys that the test holds. */
import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DEFAULT_LIMITS } from "../../src/desired/limits.js";
import { documentJson } from "../../src/protocol/documents.js";
import {
  applyChange,
  planChange,
  type ApplyResult,
  type PlannedChange,
} from "../../src/reconcile.js";
import { genesis, OWN } from "./desired.js";
import { commitFiles, repositoryWith } from "./git.js";
import { keyOf } from "./keys.js";
import { START } from "./world.js";

function resource(kind: string, name: string, spec: string): string {
  return `apiVersion: concordat/v1\nkind: ${kind}\nmetadata:\n  name: ${name}\nspec:\n${spec}`;
}

export function treatyYaml(name: string, role = "role:client"): string {
  return resource(
    "RecognitionTreaty",
    name,
    `  subject: ${name}\n  scope:\n    allowedRoles: ["${role}"]\n`,
  );
}

function sovereignYaml(name: string): string {
  const key = keyOf(`sovereign ${name}`).publicKey;
  return resource(
    "Sovereign",
    name,
    `  sovereignId: ${name.toUpperCase()}\n  publicKeys: ["${key}"]\n`,
  );
}

/** Authority, one operator key and two sovereigns. */
const BASE: Readonly<Record<string, string>> = {
  "authority.yaml": resource(
    "Authority",
    "acme",
    `  sovereignId: ${OWN}\n  keyId: acme-1\n  publicKey: "${keyOf("authority").publicKey}"\n  genesis: genesis.json\n`,
  ),
  "genesis.json": documentJson(genesis()),
  "operators/root.yaml": resource(
    "OperatorKey",
    "root",
    `  keyId: operator-root\n  publicKey: "${keyOf("operator root").publicKey}"\n  tier: privileged\n  holder: the operator\n`,
  ),
  "sovereigns/globex.yaml": sovereignYaml("globex"),
  "sovereigns/initech.yaml": sovereignYaml("initech"),
  ".gitignore": ".concordat/\n",
};

export class TrustRepository {
  readonly dir: string;
  readonly db: string;
  /** The Authority's file; more of its spec may follow. */
  readonly authority = BASE["authority.yaml"] ?? "";

  constructor(files: Readonly<Record<string, string>> = {}) {
    this.dir = repositoryWith({ ...BASE, ...files });
    mkdirSync(join(this.dir, ".concordat"));
    this.db = join(this.dir, ".concordat/na.db");
  }

  commit(files: Readonly<Record<string, string>>): string {
    return commitFiles(this.dir, files);
  }

  async plan(): Promise<PlannedChange> {
    const { dir, db } = this;
    return await planChange({
      repo: dir,
      ref: null,
      db,
      limits: DEFAULT_LIMITS,
      now: START,
      version: "0.0.0",
    });
  }

  async apply(change: PlannedChange, expect: string | null = null): Promise<ApplyResult> {
    return await applyChange(change, {
      key: keyOf("authority"),
      expect,
      now: START,
      random: randomBytes,
      holder: "test",
    });
  }
}
