/** A sovereign that publishes a large feed, over https and from a process of its own. */
import { execFileSync, fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { FeedSettings } from "../src/feeds/settings.js";
import type { SovereignRevocationFeed } from "../src/model/documents.js";
import { documentJson } from "../src/protocol/documents.js";
import { fromInstant } from "../src/protocol/instant.js";
import { CONCORDAT_NAMESPACE, uuid5 } from "../src/protocol/uuid.js";
import { signDocument } from "../src/sign/sign-document.js";
import { keyOf, NOW, sovereignYaml, type Fixture } from "./fixture.js";

const TLS =
  "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1";

export interface Partner {
  readonly sovereignId: string;
  readonly settings: FeedSettings;
  readonly revoked: readonly string[];
  /** Ends once the feed has been asked for; no answer is given before `answer`. */
  readonly asked: Promise<unknown>;
  readonly answer: () => void;
  readonly stop: () => void;
}

/** Makes the first sovereign of the fixture one with a feed of that many entries, in a commit of its own. */
export async function partner(fixture: Fixture, entries: number): Promise<Partner> {
  const sovereignId = "S0";
  const folder = join(fixture.dir, ".concordat");
  const revoked = Array.from({ length: entries }, (_, index) =>
    uuid5(CONCORDAT_NAMESPACE, `bench attestation ${index}`),
  );
  const body: SovereignRevocationFeed = {
    feed_id: uuid5(CONCORDAT_NAMESPACE, "bench feed"),
    issuer_sovereign_id: sovereignId,
    sequence: 1,
    issued_at: fromInstant(NOW),
    revoked_attestation_ids: revoked.toSorted(),
    revocation_reasons: Object.fromEntries(revoked.map((id) => [id, "key_compromise"])),
    issued_by: "s0-1",
  };
  writeFileSync(
    join(folder, "feed.json"),
    documentJson(signDocument(body, body.issued_by, keyOf("sovereign 0"))),
  );
  const caFile = join(folder, "cert.pem");
  execFileSync("openssl", [...TLS.split(" "), "-keyout", join(folder, "tls.pem"), "-out", caFile], {
    stdio: "ignore",
  });
  const server: ChildProcess = fork(new URL("feed-server.ts", import.meta.url), [folder]);
  const [port] = (await once(server, "message")) as [number];
  fixture.write("sovereigns/s0.yaml", sovereignYaml(0, `https://127.0.0.1:${port}/feed.json`));
  fixture.commit("bench: a feed");
  return {
    sovereignId,
    settings: {
      intervalSeconds: 900,
      maxBytes: 16 * 1024 * 1024,
      allowPrivate: ["127.0.0.0/8"],
      caFile,
    },
    revoked,
    asked: once(server, "message"),
    answer: () => void server.send("answer"),
    stop: () => void server.kill(),
  };
}
