/** A state that knows GLOBEX, whose feed a server on this machine publishes, and the poller between the two. */
import { onTestFinished } from "vitest";
import { FeedPoller } from "../../src/feeds/poller.js";
import { DEFAULT_FEED_SETTINGS, type FeedSettings } from "../../src/feeds/settings.js";
import type { FeedStatus } from "../../src/model/controller.js";
import type { Desired, DesiredSovereign } from "../../src/model/desired.js";
import type { JsonObject } from "../../src/model/json.js";
import { desired, sovereign } from "./desired.js";
import { FeedServer, NEVER } from "./feed-server.js";
import { keyOf } from "./keys.js";
import { World } from "./world.js";

export class Polled {
  readonly world = new World();
  readonly server: FeedServer;
  poller: FeedPoller;
  readonly #settings: FeedSettings;
  #sovereign: DesiredSovereign;
  /** Every question that was asked about a name. */
  readonly lookups: string[] = [];
  /** What a name leads to. */
  resolve = async (_host: string): Promise<readonly string[]> => ["127.0.0.1"];

  private constructor(server: FeedServer, more: Partial<FeedSettings>) {
    this.server = server;
    onTestFinished(() => this.world.close());
    this.#settings = {
      ...DEFAULT_FEED_SETTINGS,
      allowPrivate: ["127.0.0.0/8"],
      caFile: server.caFile,
      ...more,
    };
    this.#sovereign = sovereign("globex", {
      publicKeys: [keyOf("globex").publicKey],
      feed: { url: server.url(), maxAge: null, suspend: false },
    });
    this.apply();
    this.poller = this.#newPoller();
  }

  static async start(more: Partial<FeedSettings> = {}): Promise<Polled> {
    return new Polled(await FeedServer.start(), more);
  }

  /** Applies a desired state in which GLOBEX is as it was but for `given`, and with `parts` beside it. */
  apply(
    {
      feed,
      ...given
    }: Partial<Omit<DesiredSovereign, "feed">> & {
      readonly feed?: Partial<DesiredSovereign["feed"]>;
    } = {},
    parts: Partial<Omit<Desired, "sovereigns">> = {},
  ): void {
    const before = this.#sovereign;
    this.#sovereign = { ...before, ...given, feed: { ...before.feed, ...feed } };
    this.world.apply(desired({ ...parts, sovereigns: [this.#sovereign] }));
  }

  /** As a new process would begin. */
  restart(more: Partial<FeedSettings> = {}): void {
    this.poller = this.#newPoller(more);
  }

  async poll(signal: AbortSignal = NEVER): Promise<FeedStatus> {
    return this.poller.poll("GLOBEX", signal);
  }

  get status(): FeedStatus | undefined {
    return this.poller.statuses(this.world.now)[0];
  }

  /** Sequences of the imported feeds. */
  get imported(): readonly number[] {
    return this.world.snapshot.feeds.map(({ sequence }) => sequence).toSorted((a, b) => a - b);
  }

  events(type: "imported" | "rejected"): readonly JsonObject[] {
    const wanted = `sovereign_revocation_feed_${type}`;
    return [...this.world.writer.auditEvents({ type: wanted })].map(({ details }) => details);
  }

  #newPoller(more: Partial<FeedSettings> = {}): FeedPoller {
    const { world } = this;
    return new FeedPoller({
      writer: world.writer,
      clock: () => world.now,
      random: world.random,
      settings: { ...this.#settings, ...more },
      resolve: async (host) => {
        this.lookups.push(host);
        return this.resolve(host);
      },
    });
  }
}
