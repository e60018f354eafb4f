/** Ours in this process: the app that answers, and the controller that writes, in a thread of its own. */
import { randomUUID } from "node:crypto";
import type { AddressInfo } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { ControllerThread } from "../src/controller/controller-thread.js";
import { realClock } from "../src/controller/real-time.js";
import { DEFAULT_FEED_SETTINGS } from "../src/feeds/settings.js";
import { buildApp } from "../src/http/app.js";
import { openState } from "../src/state/open.js";
import type { TreatyRecord } from "../src/model/state.js";
import { LIMITS, type Fixture } from "./fixture.js";

const LOOK_EVERY_MS = 50;
/** Limits protect against one client that asks as much as it can, which is what a load is. */
const UNLIMITED = { verificationsPerMinute: 1e9, adminRequestsPerMinute: 1e9 };

export interface Followed {
  readonly port: number;
  /** As they were applied. */
  readonly treaties: readonly TreatyRecord[];
  stop(): Promise<void>;
}

/** Ends once everything is applied and nothing is left to do. */
export async function follow({ dir, db }: Fixture, authorityKey: string): Promise<Followed> {
  const thread = await ControllerThread.start(
    {
      repo: dir,
      ref: null,
      db,
      logEscrow: `${db}.escrow`,
      mirror: `${db}.git`,
      credentials: {},
      limits: LIMITS,
      authorityKey,
      interval: 3_600,
      feedRefresh: 86_400,
      feeds: DEFAULT_FEED_SETTINGS,
      adminGrants: "refuse",
      version: "bench",
      holder: "bench",
    },
    {
      observe: () => {},
      publish: async () => {
        await app.prepare();
      },
      release: async () => {
        await app.close();
        reader.close();
      },
    },
  );
  const reader = openState(db);
  const app = buildApp({
    reader,
    clock: realClock,
    requestIds: randomUUID,
    version: "bench",
    controls: thread,
    limits: UNLIMITED,
  });
  await app.listen({ host: "127.0.0.1", port: 0 });
  thread.run();
  while ((await thread.status()).runs[0]?.outcome !== "no_changes") await pause(LOOK_EVERY_MS);
  await app.prepare();
  const { port } = app.server.address() as AddressInfo;
  const { treaties } = reader.snapshot();
  return { port, treaties, stop: async () => await thread.stop() };
}
