/** A state with operator keys, treaties and attestations, and admin requests to it that were authenticated. */
import { onTestFinished } from "vitest";
import { performAdmin, type AdminTools, type Performed } from "../../src/admin/perform.js";
import type { AdminAction, AdminCaller, AdminRequest } from "../../src/model/admin.js";
import type { Desired } from "../../src/model/desired.js";
import type { Tier } from "../../src/model/resources.js";
import { fromInstant } from "../../src/protocol/instant.js";
import { openStateForWriting } from "../../src/state/open.js";
import type { StoredEvent } from "../../src/state/audit-events.js";
import type { StateWriter } from "../../src/state/writer.js";
import { desired, operatorKey } from "./desired.js";
import { keyOf } from "./keys.js";
import { withPlainDatabase } from "./state.js";
import { World } from "./world.js";

export type Asked = Partial<AdminCaller> & { readonly requiredTier?: Tier };

/** Two privileged keys, one of each lower tier. */
export const OPERATORS = [
  operatorKey("root"),
  operatorKey("deputy"),
  operatorKey("clerk", { tier: "standard" }),
  operatorKey("viewer", { tier: "read" }),
];

let requests = 0;

export class Administered {
  readonly world = new World();
  tools: AdminTools;
  #reopened: StateWriter | null = null;

  constructor(parts: Partial<Desired> = {}) {
    this.apply(parts);
    onTestFinished(() => {
      this.#reopened?.close();
      this.world.close();
    });
    const { world } = this;
    this.tools = {
      writer: world.writer,
      grants: "refuse",
      clock: () => world.now,
      key: () => keyOf("authority"),
      random: world.random,
    };
  }

  get writer(): StateWriter {
    return this.tools.writer;
  }

  apply(parts: Partial<Desired>): void {
    this.world.apply(desired({ operatorKeys: OPERATORS, ...parts }));
  }

  /** As after a restart. */
  reopen(): void {
    this.writer.close();
    this.#reopened = openStateForWriting(this.world.db, "test");
    this.tools = { ...this.tools, writer: this.#reopened };
  }

  /** A request of `root`, with a new nonce, as of now. */
  request(
    action: AdminAction,
    { requiredTier = "privileged", ...caller }: Asked = {},
  ): AdminRequest {
    return {
      caller: {
        keyId: "root",
        publicKey: keyOf(`operator ${caller.keyId ?? "root"}`).publicKey,
        nonce: `nonce ${(requests += 1)}`,
        requestedAt: fromInstant(this.world.now),
        signatureVersion: 2,
        remoteAddress: "192.0.2.1",
        ...caller,
      },
      action,
      requiredTier,
    };
  }

  ask(action: AdminAction, asked: Asked = {}): Performed {
    return performAdmin(this.tools, this.request(action, asked));
  }

  /** As `ask`, where the settings allow grants. */
  grant(action: AdminAction): Performed {
    return performAdmin({ ...this.tools, grants: "allow" }, this.request(action));
  }

  /** The details of the events of one type. */
  audit(type: string): readonly StoredEvent["details"][] {
    return [...this.writer.auditEvents({ type })].map(({ details }) => details);
  }

  get nonces(): readonly string[] {
    const select = "SELECT nonce FROM nonces ORDER BY created_at, nonce";
    return withPlainDatabase(this.world.db, (database) =>
      database.prepare<[], string>(select).pluck().all(),
    );
  }
}
