/** A trust repository in real git, with keys that the test holds. */
import { randomBytes } from "node:crypto";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { DEFAULT_LIMITS } from "../../src/desired/limits.js";
import {
  applyChange,
  planChange,
  type ApplyResult,
  type PlannedChange,
} from "../../src/reconcile.js";
import { commitFiles, repositoryWith } from "./git.js";
import { keyOf } from "./keys.js";
import { BASE } from "./trust-files.js";
import { START } from "./world.js";

export { treatyYaml } from "./trust-files.js";

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
