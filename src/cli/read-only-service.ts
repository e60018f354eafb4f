/** Serves a state that somebody else writes: a standby, or a view beside a hand-run authority. */
import { randomUUID } from "node:crypto";
import { buildApp } from "../http/app.js";
import { listen } from "../http/server.js";
import { instantFromMillis } from "../protocol/instant.js";
import { openStateForServing } from "../state/open.js";
import { assertServingKey } from "./authority-key.js";
import type { Service, ServiceOptions } from "./daemon.js";
import { httpOptions } from "./http-options.js";
import { logOptions } from "./log.js";
import { watchHead } from "./head-watch.js";
import type { Settings } from "./settings.js";

/** `keyIsNamed`: the key file was given, and so must be there. Throws as `startService`, but needs no key and no lock. */
export async function startReadOnlyService(
  settings: Settings,
  { version, logLevel }: ServiceOptions,
  keyIsNamed: boolean,
): Promise<Service> {
  const reader = openStateForServing(settings.db, settings.logEscrow);
  try {
    const head = await watchHead(settings.repo, settings.ref);
    try {
      const authority = reader.authority();
      assertServingKey(settings.authorityKey, keyIsNamed, authority);
      const app = buildApp({
        reader,
        clock: () => instantFromMillis(Date.now()),
        logger: { ...logOptions(logLevel), stream: process.stderr },
        requestIds: randomUUID,
        source: head.current,
        status: () => reader.status(),
        ...httpOptions(settings),
        version,
      });
      // A state that cannot be served is for /readyz to tell.
      await app.prepare().catch(() => null);
      const server = await listen(app, settings);
      const ended = Promise.withResolvers<void>();
      return {
        address: server.address,
        source: null,
        sovereignId: authority?.sovereignId ?? null,
        ended: ended.promise,
        wake: () => {},
        close: async () => {
          await server.close();
          await head.close();
          reader.close();
          ended.resolve();
        },
      };
    } catch (error) {
      await head.close();
      throw error;
    }
  } catch (error) {
    reader.close();
    throw error;
  }
}
