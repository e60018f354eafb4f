/** Requests that operators sign, and an authority that hears them. */
import { randomUUID } from "node:crypto";
import type { LightMyRequestResponse } from "fastify";
import { onTestFinished } from "vitest";
import type { AdminGrants } from "../../src/model/admin.js";
import type { JsonValue } from "../../src/model/json.js";
import type { Instant } from "../../src/model/time.js";
import type { ServeContext } from "../../src/http/context.js";
import { canonicalJson } from "../../src/protocol/canonical.js";
import { fromInstant } from "../../src/protocol/instant.js";
import type { PrivateKey } from "../../src/sign/private-key.js";
import type { StoredEvent } from "../../src/state/audit-events.js";
import { follow, type Followed } from "./followed.js";
import { keyOf } from "./keys.js";
import { Served } from "./served.js";
import { treatyYaml, TrustRepository } from "./trust-repository.js";

export interface Signed {
  readonly method?: string;
  /** Decoded. */
  readonly path: string;
  readonly query?: Readonly<Record<string, readonly string[]>>;
  readonly body?: JsonValue;
  readonly audience?: string;
  readonly keyId?: string;
  readonly key?: PrivateKey;
  readonly nonce?: string;
  readonly timestamp: string;
  readonly version?: 1 | 2;
}

export type AdminHeaders = Record<
  "x-admin-key-id" | "x-admin-timestamp" | "x-admin-nonce" | "x-admin-signature",
  string
>;

/** The four header fields, by protocol.md 7. Left out: `operator-root` signs a POST for the authority of the tests. */
export function signedHeaders({
  method = "POST",
  path,
  query = {},
  body = {},
  audience = keyOf("authority").publicKey,
  keyId = "operator-root",
  key = keyOf(keyId.replace("-", " ")),
  nonce = randomUUID(),
  timestamp,
  version = 2,
}: Signed): AdminHeaders {
  const covered = { body, key_id: keyId, nonce, timestamp };
  const bound = { ...covered, audience, method, path, query, v: 2 };
  const bytes = Buffer.from(canonicalJson(version === 1 ? covered : bound));
  return {
    "x-admin-key-id": keyId,
    "x-admin-timestamp": timestamp,
    "x-admin-nonce": nonce,
    "x-admin-signature": key.sign(bytes),
  };
}

export function operatorYaml(name: string, tier: string, more = ""): string {
  const publicKey = keyOf(`operator ${name}`).publicKey;
  const spec = `  keyId: operator-${name}\n  publicKey: "${publicKey}"\n  tier: ${tier}\n  holder: the ${name}\n${more}`;
  return `apiVersion: concordat/v1\nkind: OperatorKey\nmetadata:\n  name: ${name}\nspec:\n${spec}`;
}

export function attestationYaml(name: string): string {
  return `apiVersion: concordat/v1\nkind: MembershipAttestation\nmetadata:\n  name: ${name}\nspec:\n  subjectId: ${name}\n  roles: ["role:client"]\n`;
}

/** A treaty, an attestation, and keys of every tier beside `operator-root`, which is privileged. */
const FILES: Readonly<Record<string, string>> = {
  "treaties/globex.yaml": treatyYaml("globex"),
  "attestations/node-1.yaml": attestationYaml("node-1"),
  "operators/deputy.yaml": operatorYaml("deputy", "privileged"),
  "operators/clerk.yaml": operatorYaml("clerk", "standard"),
  "operators/viewer.yaml": operatorYaml("viewer", "read"),
};

export interface SceneOptions extends Partial<ServeContext> {
  readonly files?: Readonly<Record<string, string>>;
  readonly adminGrants?: AdminGrants;
}

export type Asking = Partial<Signed> & {
  /** As it is sent; left out: as it is signed. */
  readonly url?: string;
  readonly from?: string;
  readonly payload?: string;
  readonly headers?: Readonly<Record<string, string | string[]>>;
};

/** An authority that follows a repository and is asked over HTTP, with the clock in the test's hand. */
export class Scene {
  readonly repo: TrustRepository;
  readonly followed: Followed;
  served: Served;
  readonly #more: Partial<ServeContext>;

  private constructor(repo: TrustRepository, followed: Followed, more: Partial<ServeContext>) {
    this.repo = repo;
    this.followed = followed;
    this.#more = more;
    this.served = this.#serve();
    onTestFinished(async () => await this.served.close());
  }

  /** Settled on the files. */
  static async start({
    files,
    adminGrants = "refuse",
    ...more
  }: SceneOptions = {}): Promise<Scene> {
    const repo = new TrustRepository({ ...FILES, ...files });
    let scene: Scene | null = null;
    const publish = async (): Promise<void> => void (await scene?.served.app.prepare());
    const followed = await follow(repo, { ports: { adminGrants, publish } });
    scene = new Scene(repo, followed, more);
    await scene.pass();
    return scene;
  }

  get now(): Instant {
    return this.followed.clock.now();
  }

  get treaty(): string {
    return this.followed.snapshot.treaties[0]?.id ?? "";
  }

  get attestation(): string {
    return this.followed.snapshot.attestations[0]?.id ?? "";
  }

  /** Until nothing is left to apply. */
  async pass(): Promise<void> {
    await this.followed.pass();
    await this.followed.pass();
  }

  /** Commits and applies. Throws unless there was something to apply. */
  async commit(files: Readonly<Record<string, string>>): Promise<void> {
    this.repo.commit(files);
    const { outcome, message } = await this.followed.pass();
    if (outcome !== "applied") throw new Error(message);
    await this.followed.pass();
  }

  /** As after a restart of what serves. */
  async restart(): Promise<void> {
    await this.served.close();
    this.served = this.#serve();
  }

  headers(asking: Omit<Signed, "timestamp"> & { readonly timestamp?: string }): AdminHeaders {
    return signedHeaders({ timestamp: fromInstant(this.now), ...asking });
  }

  /** A signed request of `operator-root`. */
  async ask(
    path: string,
    body: JsonValue = {},
    { url, from, payload, headers, ...signed }: Asking = {},
  ): Promise<LightMyRequestResponse> {
    return await this.send(path, payload ?? canonicalJson(body), {
      ...(url === undefined ? {} : { url }),
      ...(from === undefined ? {} : { from }),
      headers: { ...this.headers({ path, body, ...signed }), ...headers },
      ...(signed.method === undefined ? {} : { method: signed.method }),
    });
  }

  /** A request as it stands. */
  async send(
    path: string,
    payload: string,
    {
      url = path,
      from = "192.0.2.1",
      headers = {},
      method = "POST",
    }: Pick<Asking, "url" | "from" | "headers" | "method"> = {},
  ): Promise<LightMyRequestResponse> {
    return await this.served.app.inject({
      method: method === "GET" ? "GET" : "POST",
      url,
      remoteAddress: from,
      headers: { ...(method === "GET" ? {} : { "content-type": "application/json" }), ...headers },
      ...(method === "GET" ? {} : { payload }),
    });
  }

  /** A signed GET. */
  async list(
    query: Readonly<Record<string, readonly string[]>> = {},
    asking: Asking = {},
  ): Promise<LightMyRequestResponse> {
    const path = "/attestations";
    const pairs = Object.entries(query).flatMap(([name, values]) =>
      values.map((value): [string, string] => [name, value]),
    );
    const url = pairs.length === 0 ? path : `${path}?${new URLSearchParams(pairs).toString()}`;
    return await this.ask(path, {}, { url, method: "GET", query, ...asking });
  }

  /** The details of the events of one type, once all that was to be written is. */
  async audit(type: string): Promise<readonly StoredEvent["details"][]> {
    await new Promise(setImmediate);
    return this.followed.audit(type).map(({ details }) => details);
  }

  #serve(): Served {
    const { followed, repo } = this;
    const served = new Served(
      { db: repo.db, now: followed.clock.now() },
      { clock: followed.clock.now, controls: followed.controller, ...this.#more },
    );
    return served;
  }
}

/** The code of a refusal. */
export function codeIn(response: LightMyRequestResponse): unknown {
  return Reflect.get(Object(response.json<{ error: unknown }>().error), "code");
}

/** The message of a refusal. */
export function messageIn(response: LightMyRequestResponse): unknown {
  return Reflect.get(Object(response.json<{ error: unknown }>().error), "message");
}
