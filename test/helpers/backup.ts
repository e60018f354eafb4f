/** A state with trust in it, a folder for its backups, and hands to spoil them with. */
import { readFileSync, rmSync, writeFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import { makeBackup, type BackupOptions } from "../../src/backup/make.js";
import { formatManifest, MANIFEST_SUFFIX, signManifest } from "../../src/backup/manifest.js";
import { readManifest, verifyBackup } from "../../src/backup/verify.js";
import { digestOfFile } from "../../src/backup/files.js";
import { AppError } from "../../src/errors.js";
import type { BackupManifest, VerifiedBackup } from "../../src/model/backup.js";
import type { PrivateKey } from "../../src/sign/private-key.js";
import { attestation, desired, feed, OWN, signedFeed, treaty } from "./desired.js";
import { keyOf } from "./keys.js";
import { withPlainDatabase } from "./state.js";
import { World } from "./world.js";

export const OUR_KEY = keyOf("authority");

/** Two treaties, an attestation and a feed. */
export const TRUST = desired({
  treaties: [treaty("globex", "globex"), treaty("initech", "initech")],
  attestations: [attestation("sam")],
  feeds: [feed("globex-7", signedFeed("globex", 7, ["gone"]))],
});

export class BackedUp extends World {
  readonly folder = join(this.dir, "backups");
  readonly file = join(this.folder, "one.db");

  constructor() {
    super();
    mkdirSync(this.folder, { mode: 0o700 });
    this.apply(TRUST);
  }

  options(given: Partial<BackupOptions> = {}): BackupOptions {
    return {
      db: this.db,
      output: this.file,
      signer: OUR_KEY,
      now: this.now,
      escrow: `${this.db}.escrow`,
      force: false,
      holder: "test",
      ...given,
    };
  }

  back(given: Partial<BackupOptions> = {}): VerifiedBackup {
    return makeBackup(this.options(given));
  }

  verify(file: string = this.file): VerifiedBackup {
    return verifyBackup(file, { keys: [OUR_KEY.publicKey], sovereignId: OWN });
  }

  /** Changes the file as another program would, and writes a manifest of it as somebody with the authority's key could. */
  forge(sql: string): void {
    const generation = withPlainDatabase(this.file, (database) => {
      database.exec(sql);
      // Whoever writes a row raises it.
      return database.prepare("SELECT generation FROM concordat_meta").pluck().get();
    });
    this.signAnew({ generation: Number(generation) });
  }

  /** A manifest of the file as it is, with these claims. */
  signAnew(given: Partial<BackupManifest> = {}, key: PrivateKey = OUR_KEY): void {
    const { signature: _, ...body } = readManifest(this.file);
    const manifest = signManifest({ ...body, ...digestOfFile(this.file), ...given }, key);
    this.writeManifest(formatManifest(manifest));
  }

  writeManifest(text: string | Uint8Array): void {
    rmSync(this.file + MANIFEST_SUFFIX);
    writeFileSync(this.file + MANIFEST_SUFFIX, text);
  }

  manifestBytes(): Buffer {
    return readFileSync(this.file + MANIFEST_SUFFIX);
  }
}

/** The reason for which a backup is refused. */
export function refusalOf(verify: () => unknown): unknown {
  let caught: unknown = null;
  try {
    verify();
  } catch (error) {
    caught = error;
  }
  if (!(caught instanceof AppError)) expect.fail(`expected bad_backup, got ${String(caught)}`);
  expect(caught.code).toBe("bad_backup");
  return caught.details;
}
