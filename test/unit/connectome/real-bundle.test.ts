/** The connectome of a real sovereign, rebuilt from its treaties and revocations, against the one it published. */
import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { buildConnectome } from "../../../src/connectome/connectome.js";
import { connectomeJson } from "../../../src/connectome/json.js";
import type { JsonObject, JsonValue } from "../../../src/model/json.js";
import { documentJson, parseTreaty } from "../../../src/protocol/documents.js";
import { toOffsetForm } from "../../../src/protocol/instant.js";
import { isJsonObject, parseJson } from "../../../src/protocol/json.js";
import { instant, revocationRow, treatyRow } from "./snapshots.js";

const BUNDLE = new URL("../../../../shared/data/real/usg-nb.trust-bundle.json", import.meta.url);
const present = existsSync(BUNDLE);
if (!present) console.warn("skipped: ../shared/data/real is not there");

function object(value: JsonValue | undefined): JsonObject {
  if (!isJsonObject(value)) throw new Error("the bundle has no object here");
  return value;
}

function list(value: JsonValue | undefined): readonly JsonValue[] {
  if (!isList(value)) throw new Error("the bundle has no list here");
  return value;
}

function isList(value: JsonValue | undefined): value is readonly JsonValue[] {
  return Array.isArray(value);
}

function text(value: JsonValue | undefined): string {
  if (typeof value !== "string") throw new Error("the bundle has no text here");
  return value;
}

test.skipIf(!present)(
  "nine treaties and six revocations give the published connectome, field for field",
  () => {
    const bundle = object(parseJson(readFileSync(BUNDLE)));
    const published = object(bundle["connectome"]);
    const treaties = list(published["active_treaties"]).map((value) => {
      const document = parseTreaty(value);
      return treatyRow({
        id: document.body.treaty_id,
        issuer: document.body.issuer_sovereign_id,
        subject: document.body.subject_sovereign_id,
        json: documentJson(document),
        issuedAt: toOffsetForm(document.body.issued_at),
        validFrom: toOffsetForm(document.body.valid_from),
        expiresAt: toOffsetForm(document.body.expires_at),
      });
    });
    const importedRevocations = list(published["revoked_trust_material"]).map((value) => {
      const material = object(value);
      return revocationRow({
        issuer: text(material["issuer_sovereign_id"]),
        attestationId: text(material["id"]),
        feedId: text(material["feed_id"]),
        sequence: Number(material["sequence"]),
        reason: text(material["reason"]),
        importedAt: text(material["revoked_at"]),
      });
    });
    expect([treaties.length, importedRevocations.length]).toEqual([9, 6]);

    // Any order of rows must do.
    const rows = {
      treaties: treaties.toReversed(),
      importedRevocations: importedRevocations.toReversed(),
    };
    const built = object(
      parseJson(connectomeJson(buildConnectome(rows, instant(text(bundle["created_at"]))))),
    );

    for (const part of [
      "summary",
      "recognition_edges",
      "active_treaties",
      "revoked_trust_material",
    ]) {
      expect(built[part], part).toEqual(published[part]);
    }
  },
);
