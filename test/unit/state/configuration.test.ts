/** The authority, operator keys, sovereigns, the policy and the inventory. */
import { expect, test } from "vitest";
import type { Operation } from "../../../src/model/state.js";
import { POLICY } from "../../helpers/desired.js";
import { keyOf } from "../../helpers/keys.js";
import {
  AT,
  AT_OFFSET,
  commit,
  expectRefused,
  inventoryEntry,
  operatorKey,
  sovereign,
  withPlainDatabase,
  withWriter,
} from "../../helpers/state.js";

const authority = {
  name: "home",
  sovereignId: "HOME",
  keyId: "home-key",
  publicKey: keyOf("home").publicKey,
  genesisJson: "{}",
  endpoint: "https://na.example",
  policy: { ...POLICY, freeze: [{ from: AT, until: AT, reason: "year's end" }] },
};

test("the authority is one row, replaced whole", () => {
  withWriter((writer) => {
    commit(
      writer,
      { do: "put_authority", authority: { ...authority, name: "old" } },
      { do: "put_authority", authority },
    );
    expect(writer.snapshot().authority).toEqual(authority);
  });
});

test("a revoked operator key keeps its row, and stays revoked whatever is put", () => {
  withWriter((writer) => {
    const key = { keyId: "k", revokedAt: AT_OFFSET, reason: "stolen", revokedBy: "home-key" };
    const revoke: Operation = { do: "revoke_operator_key", key };
    commit(
      writer,
      { do: "put_operator_key", key: operatorKey("k", { state: "retired" }) },
      revoke,
      revoke,
    );
    commit(writer, { do: "put_operator_key", key: operatorKey("k") });
    expect(writer.snapshot()).toMatchObject({
      operatorKeys: [operatorKey("k")],
      revokedKeys: [key],
    });
    expect(
      expectRefused(writer, { do: "revoke_operator_key", key: { ...key, reason: "lost" } }),
    ).toContain("already revoked");
  });
});

test("sovereigns are put and removed by id", () => {
  withWriter((writer) => {
    const far = sovereign("FAR", {
      feed: { url: "https://far.example", maxAge: 60, suspend: true },
      publicKeys: [],
    });
    commit(
      writer,
      { do: "put_sovereign", sovereign: sovereign("FAR") },
      { do: "put_sovereign", sovereign: far },
    );
    expect(writer.snapshot().sovereigns).toEqual([far]);
    commit(writer, { do: "remove_sovereign", sovereignId: "FAR" });
    expect(writer.snapshot().sovereigns).toEqual([]);
    expect(expectRefused(writer, { do: "remove_sovereign", sovereignId: "FAR" })).toContain(
      "no sovereign FAR",
    );
  });
});

test("at most one policy is active, and an earlier one can come back", () => {
  withWriter((writer, path) => {
    const put = (policyId: string, json: string): Operation => ({
      do: "put_policy",
      policyId,
      json,
      at: AT_OFFSET,
    });
    commit(writer, put("one", "{}"), put("two", "[]"), put("one", '"new"'));
    expect(writer.snapshot().policy).toEqual({ policyId: "one", json: '"new"' });
    const active = "SELECT COUNT(*) FROM recognition_policies WHERE active = 1";
    expect(withPlainDatabase(path, (database) => database.prepare(active).pluck().get())).toBe(1);
    commit(writer, { do: "remove_policy" });
    expect(writer.snapshot().policy).toBeNull();
    expect(expectRefused(writer, { do: "remove_policy" })).toContain(
      "no active recognition policy",
    );
  });
});

test("the inventory is written, replaced and forgotten by kind and name", () => {
  withWriter((writer) => {
    const entry = inventoryEntry("t", {
      renewal: 2,
      live: false,
      documentDigest: `sha256:${"a".repeat(64)}`,
    });
    const other = inventoryEntry("t", { kind: "Sovereign" });
    commit(
      writer,
      ...[inventoryEntry("t"), entry, other].map((item): Operation => ({
        do: "record",
        entry: item,
      })),
    );
    expect(writer.snapshot().inventory).toEqual([entry, other]);
    commit(writer, { do: "forget", kind: "RecognitionTreaty", name: "t" });
    expect(writer.snapshot().inventory).toEqual([other]);
    expect(expectRefused(writer, { do: "forget", kind: "RecognitionTreaty", name: "t" })).toContain(
      "to forget",
    );
  });
});
