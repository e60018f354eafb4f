/** What serving needs, given from outside, so that an app can be built over any state and any clock. */
import type { FastifyServerOptions } from "fastify";
import type { Controls, ControllerStatus, Trigger } from "../model/controller.js";
import type { Instant } from "../model/time.js";
import type { StateReader } from "../state/reader.js";
import type { HttpLimits } from "./limits.js";
import type { SliceOptions } from "./slices.js";

/** The part of the state's reader that the public routes use. */
export type ServedState = Pick<
  StateReader,
  | "generation"
  | "servedRows"
  | "treaty"
  | "treatiesBetween"
  | "attestation"
  | "attestations"
  | "countAttestations"
  | "authority"
  | "operatorKeys"
  | "revokedKeys"
  | "hasNonce"
  | "importedRevocation"
  | "sovereign"
  | "highestSequence"
  | "feed"
  | "feedPoll"
  | "log"
>;

export interface ServeContext {
  readonly reader: ServedState;
  readonly clock: () => Instant;
  /** Options of pino; left out or false: no log. */
  readonly logger?: Exclude<FastifyServerOptions["logger"], true | undefined>;
  /** Makes an id for a request that brings none, or an unusable one. */
  readonly requestIds: () => string;
  /** The public origin, e.g. `https://na.example:8443`; left out: the one the Authority resource names. */
  readonly endpoint?: string;
  /** The head of the repository that is being watched, for /readyz; left out: the one the status tells. */
  readonly source?: () => { readonly commit: string } | null;
  /** What the controller says of itself; null before it has said anything. Left out: there is no /status.json. */
  readonly status?: () => ControllerStatus | null;
  /** Wakes the controller. */
  readonly wake?: (trigger: Trigger) => void;
  /** What webhooks are signed with; left out, as `wake`: there is no /hooks/git. */
  readonly webhookSecret?: Uint8Array;
  /** The address that is listened on; a request may name it as its host. */
  readonly host?: string;
  /** What a request may name as its host, as `host` or `host:port`; `*` alone: anything. Left out: see `host-allow-list.ts`. */
  readonly allowedHosts?: readonly string[];
  /** So many addresses of X-Forwarded-For, from the right, are believed. Left out: none. */
  readonly trustedProxies?: number;
  /** Whether an operator's request may be signed in version 1. Left out: refused. */
  readonly adminLegacySignatures?: "refuse" | "accept";
  /** The controller, which writes; left out: nothing is written. */
  readonly controls?: Controls;
  /** How much one client may take, where it is not `HTTP_LIMITS`. */
  readonly limits?: Partial<HttpLimits>;
  /** How long work is done in slices. */
  readonly slices?: SliceOptions;
  /** Of Concordat. */
  readonly version: string;
}
