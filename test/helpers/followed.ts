/** A controller over a real repository and a real state, with the clock in the test's hand and every event kept. */
import { createHash, randomBytes } from "node:crypto";
import Database from "better-sqlite3";
import { onTestFinished } from "vitest";
import { Controller } from "../../src/controller/controller.js";
import type { ControllerPorts } from "../../src/controller/ports.js";
import { DEFAULT_LIMITS } from "../../src/desired/limits.js";
import { FeedPoller } from "../../src/feeds/poller.js";
import { DEFAULT_FEED_SETTINGS } from "../../src/feeds/settings.js";
import { openSource } from "../../src/git/source.js";
import type {
  Condition,
  ConditionType,
  ControllerEvent,
  ControllerStatus,
  Run,
} from "../../src/model/controller.js";
import type { Snapshot } from "../../src/model/state.js";
import type { PrivateKey } from "../../src/sign/private-key.js";
import type { StoredEvent } from "../../src/state/audit-events.js";
import { escrowBeside } from "../../src/state/log/escrow.js";
import { openStateForWriting } from "../../src/state/open.js";
import type { StateWriter } from "../../src/state/writer.js";
import { keyOf } from "./keys.js";
import { TestClock } from "./test-clock.js";

/** Null for a key that cannot be had. */
function unlessRefused(key: () => PrivateKey): PrivateKey | null {
  try {
    return key();
  } catch {
    return null;
  }
}

export interface FollowOptions {
  readonly repo: string;
  readonly db: string;
  readonly ref?: string | null;
  readonly key?: () => PrivateKey;
  readonly clock?: TestClock;
  readonly ports?: Partial<ControllerPorts>;
}

export class Followed {
  readonly clock: TestClock;
  readonly writer: StateWriter;
  readonly controller: Controller;
  readonly events: ControllerEvent[] = [];
  readonly published: number[] = [];
  readonly ports: ControllerPorts;
  readonly #db: string;
  #draws = 0;

  private constructor(options: FollowOptions, source: ControllerPorts["source"]) {
    const { db, ref = null, clock = new TestClock(), key = () => keyOf("authority") } = options;
    this.#db = db;
    this.clock = clock;
    this.writer = openStateForWriting(db, "test", {
      signer: () => unlessRefused(key),
      escrow: escrowBeside(db),
      random: randomBytes,
    });
    const { writer } = this;
    const random = (length: number): Uint8Array =>
      createHash("sha512")
        .update(`${db} ${(this.#draws += 1)}`)
        .digest()
        .subarray(0, length);
    this.ports = {
      source,
      ref,
      writer,
      key,
      random,
      limits: DEFAULT_LIMITS,
      clock: clock.now,
      chance: () => 0.5,
      stopwatch: () => performance.now(),
      interval: 60,
      feedRefresh: 30 * 86_400,
      adminGrants: "refuse",
      feeds: new FeedPoller({ writer, clock: clock.now, random, settings: DEFAULT_FEED_SETTINGS }),
      version: "0.0.0",
      publish: async (generation) => void this.published.push(generation),
      observe: (event) => void this.events.push(event),
      ...options.ports,
    };
    this.controller = new Controller(this.ports);
    onTestFinished(async () => await this.close());
  }

  static async start(options: FollowOptions): Promise<Followed> {
    const { repo, db, ref = null } = options;
    return new Followed(options, await openSource({ repo, ref, mirror: `${db}.git` }));
  }

  async pass(): Promise<Run> {
    return await this.controller.pass("interval");
  }

  async status(): Promise<ControllerStatus> {
    return await this.controller.status();
  }

  async condition(type: ConditionType): Promise<Condition> {
    const { conditions } = await this.status();
    const found = conditions.find((condition) => condition.type === type);
    if (found === undefined) throw new Error(`no condition ${type}`);
    return found;
  }

  get snapshot(): Snapshot {
    return this.writer.snapshot();
  }

  audit(type?: string): readonly StoredEvent[] {
    return [...this.writer.auditEvents(type === undefined ? {} : { type })];
  }

  /** One statement on the state's file, as another program would run it. */
  outOfBand(sql: string, ...values: readonly (string | number | null)[]): void {
    const database = new Database(this.#db);
    try {
      database.prepare(sql).run(...values);
    } finally {
      database.close();
    }
  }

  async close(): Promise<void> {
    await this.ports.source.stop();
    this.writer.close();
  }
}

/** A controller over a trust repository (test/helpers/trust-repository.ts). */
export async function follow(
  repository: { readonly dir: string; readonly db: string },
  more: Partial<FollowOptions> = {},
): Promise<Followed> {
  return await Followed.start({ repo: repository.dir, db: repository.db, ...more });
}
