/** A trust repository that follows GLOBEX by feeds in git. */
import { expect } from "vitest";
import { run, trustRepository } from "./cli.js";
import { commitFiles } from "./git.js";
import { keyOf } from "./keys.js";
import { feedJson } from "./signed.js";

const GLOBEX = [
  "apiVersion: concordat/v1",
  "kind: Sovereign",
  "metadata: { name: globex }",
  "spec:",
  "  sovereignId: GLOBEX",
  `  publicKeys: ["${keyOf("globex").publicKey}"]`,
  "---",
  "apiVersion: concordat/v1",
  "kind: RecognitionTreaty",
  "metadata: { name: with-globex }",
  "spec:",
  "  subject: globex",
  '  scope: { allowedRoles: ["role:client"] }',
  "",
].join("\n");

function feedResource(sequence: number): string {
  return [
    "apiVersion: concordat/v1",
    "kind: RevocationFeed",
    `metadata: { name: globex-${sequence} }`,
    `spec: { issuer: globex, file: feeds/globex-${sequence}.json, accept: true }`,
    "",
  ].join("\n");
}

/** A feed of GLOBEX, signed by its key. */
export function globexFeed(sequence: number, ids: readonly string[]): string {
  return feedJson({
    feed_id: `00000000-0000-4000-8000-${String(sequence).padStart(12, "0")}`,
    sequence,
    revoked_attestation_ids: ids.toSorted(),
    revocation_reasons: Object.fromEntries(ids.map((id) => [id, "left"])),
  });
}

/** ACME, which recognises GLOBEX and has imported feeds 1, 2 … with these revocations. Returns its folder. */
export async function withGlobexFeeds(feeds: readonly (readonly string[])[]): Promise<string> {
  const dir = await trustRepository();
  for (const [index, ids] of feeds.entries()) {
    const sequence = index + 1;
    commitFiles(dir, {
      "sovereigns/globex.yaml": GLOBEX,
      [`feeds/globex-${sequence}.json`]: globexFeed(sequence, ids),
      [`feeds/globex-${sequence}.yaml`]: feedResource(sequence),
    });
    const applied = await run(["apply", "--auto-approve"], { cwd: dir });
    expect(applied.code, applied.stderr).toBe(0);
  }
  return dir;
}
