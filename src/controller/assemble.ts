/** Puts a controller together over real things: git, the state's file, key files, the system's clock and randomness. */
import { randomBytes } from "node:crypto";
import type { Limits } from "../desired/limits.js";
import type { FeedSettings } from "../feeds/settings.js";
import { FeedPoller } from "../feeds/poller.js";
import type { GitCredentials } from "../git/credentials.js";
import { openSource } from "../git/source.js";
import type { AdminGrants } from "../model/admin.js";
import type { ControllerEvent } from "../model/controller.js";
import type { Seconds } from "../model/time.js";
import { readAuthorityKey } from "../sign/authority-key.js";
import { signerOfKeyFile } from "../sign/log-signer.js";
import { openStateForWriting } from "../state/open.js";
import { Controller } from "./controller.js";
import { Loop } from "./loop.js";
import type { ControllerPorts } from "./ports.js";
import { realClock, realSleep } from "./real-time.js";

/** Plain values, so that they can be handed to a thread. Paths are absolute; keys are named by path and never by value. */
export interface ControllerOptions {
  /** A path, or an https or ssh address. */
  readonly repo: string;
  readonly ref: string | null;
  readonly db: string;
  /** The file that the audit log's newest checkpoint is put in escrow in. */
  readonly logEscrow: string;
  /** Private bare repository of a remote. */
  readonly mirror: string;
  readonly credentials: GitCredentials;
  readonly limits: Limits;
  readonly authorityKey: string;
  readonly interval: Seconds;
  readonly feedRefresh: Seconds;
  readonly feeds: FeedSettings;
  readonly adminGrants: AdminGrants;
  readonly version: string;
  /** Names this process to others that find the state locked. */
  readonly holder: string;
}

export interface Listeners {
  readonly observe: (event: ControllerEvent) => void;
  /** Ends once the generation is served. */
  readonly publish: (generation: number) => Promise<void>;
}

export interface Assembled {
  readonly controller: Controller;
  readonly loop: Loop;
  /** Gives the state free. */
  readonly close: () => Promise<void>;
}

/** Takes the state's lock for as long as the controller lives. Throws AppError `lock_held`, and those of opening the state. */
export async function assemble(
  options: ControllerOptions,
  { observe, publish }: Listeners,
): Promise<Assembled> {
  const { repo, ref, mirror, credentials, limits, interval, feedRefresh, adminGrants, version } =
    options;
  const writer = openStateForWriting(options.db, options.holder, {
    signer: signerOfKeyFile(options.authorityKey),
    escrow: options.logEscrow,
    random: randomBytes,
  });
  try {
    const source = await openSource({ repo, ref, mirror, credentials });
    const settings = options.feeds;
    const ports: ControllerPorts = {
      source,
      ref,
      writer,
      limits,
      interval,
      feedRefresh,
      adminGrants,
      version,
      observe,
      publish,
      key: () => readAuthorityKey(options.authorityKey),
      clock: realClock,
      random: randomBytes,
      chance: Math.random,
      stopwatch: () => performance.now(),
      feeds: new FeedPoller({ writer, clock: realClock, random: randomBytes, settings }),
    };
    const controller = new Controller(ports);
    const loop = new Loop({ controller, ports, sleep: realSleep });
    return {
      controller,
      loop,
      close: async () => {
        await source.stop();
        writer.close();
      },
    };
  } catch (error) {
    writer.close();
    throw error;
  }
}
