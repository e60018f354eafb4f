/** A trust repository that is applied, and tools of incidents that act on its state. */
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { performLocal } from "../../src/admin/perform-local.js";
import { performAdmin } from "../../src/admin/perform.js";
import { DEFAULT_LIMITS } from "../../src/desired/limits.js";
import type { IncidentTools } from "../../src/incident/tools.js";
import type { AdminAction, AdminGrants } from "../../src/model/admin.js";
import type { Instant } from "../../src/model/time.js";
import { fromInstant, plusSeconds } from "../../src/protocol/instant.js";
import { openStateForWriting } from "../../src/state/open.js";
import type { StateWriter } from "../../src/state/writer.js";
import { keyOf } from "./keys.js";
import { TrustRepository } from "./trust-repository.js";
import { START } from "./world.js";

const BY = "somebody@host";

export class Incidents {
  readonly repo: TrustRepository;
  now: Instant = START;

  private constructor(files: Readonly<Record<string, string>>) {
    this.repo = new TrustRepository(files);
  }

  static async over(files: Readonly<Record<string, string>> = {}): Promise<Incidents> {
    const incidents = new Incidents(files);
    await incidents.apply();
    return incidents;
  }

  async apply(): Promise<void> {
    await this.repo.apply(await this.repo.plan());
  }

  /** A signed request of an operator's key, a minute later. */
  ask(name: string, action: AdminAction, grants: AdminGrants = "allow"): void {
    this.now = plusSeconds(this.now, 60);
    this.#writing((writer) => {
      const caller = {
        keyId: `operator-${name}`,
        publicKey: keyOf(`operator ${name}`).publicKey,
        nonce: randomBytes(8).toString("hex"),
        requestedAt: fromInstant(this.now),
        signatureVersion: 2,
        remoteAddress: "192.0.2.9",
      } as const;
      const key = () => keyOf("authority");
      const tools = { writer, grants, clock: () => this.now, key, random: randomBytes };
      performAdmin(tools, { caller, action, requiredTier: "privileged" });
    });
  }

  tools(): IncidentTools {
    const { dir, db } = this.repo;
    const clock = (): Instant => this.now;
    return {
      source: { repo: dir, ref: null, limits: DEFAULT_LIMITS },
      db,
      parent: join(dir, ".concordat/incidents"),
      dir: null,
      by: BY,
      version: "0.0.0",
      clock,
      random: randomBytes,
      act: async (action) =>
        this.#writing((writer) =>
          performLocal(
            { writer, clock, key: () => keyOf("authority"), random: randomBytes },
            { by: BY, action },
          ),
        ),
      planText: (plan) => `${plan.verdict}\n`,
    };
  }

  #writing<T>(work: (writer: StateWriter) => T): T {
    const writer = openStateForWriting(this.repo.db, "test");
    try {
      return work(writer);
    } finally {
      writer.close();
    }
  }
}
