/** What a controller works with, given from outside: every place, key, clock and listener. */
import type { Limits } from "../desired/limits.js";
import type { FeedPoller } from "../feeds/poller.js";
import type { Source } from "../git/source.js";
import type { AdminGrants } from "../model/admin.js";
import type { ControllerEvent } from "../model/controller.js";
import type { Instant, Seconds } from "../model/time.js";
import type { PrivateKey } from "../sign/private-key.js";
import type { StateWriter } from "../state/writer.js";

export interface ControllerPorts {
  readonly source: Source;
  /** The branch that was asked for; null: the one that is checked out, or the remote's own. */
  readonly ref: string | null;
  readonly writer: StateWriter;
  readonly limits: Limits;
  /** Read anew for each apply. Throws AppError `authority_key_missing`, `bad_key_file`, `key_file_permissions`. */
  readonly key: () => PrivateKey;
  readonly clock: () => Instant;
  /** Cryptographic random bytes, for ids. */
  readonly random: (length: number) => Uint8Array;
  /** A number from 0 to 1, for jitter. */
  readonly chance: () => number;
  /** Milliseconds of a clock that only rises, for durations. */
  readonly stopwatch: () => number;
  readonly interval: Seconds;
  /** Our own feed is signed anew when it is older than this. */
  readonly feedRefresh: Seconds;
  readonly feeds: FeedPoller;
  /** Whether an admin request may add trust. */
  readonly adminGrants: AdminGrants;
  readonly version: string;
  /** Called with each generation that was committed; ends once it is served. */
  readonly publish: (generation: number) => Promise<void>;
  readonly observe: (event: ControllerEvent) => void;
}
