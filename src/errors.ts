/** One error type and one table: code, exit code, HTTP status, hint (design.md 7). */
import type { JsonValue } from "./model/json.js";

interface Row {
  /** 1 bad input or environment · 3 refused by a guard · 4 stale · 5 lock held · 6 integrity · 64 usage · 70 bug. */
  readonly exit: 1 | 3 | 4 | 5 | 6 | 64 | 70;
  readonly status: number;
  /** The default way out; a thrower that knows better gives its own. */
  readonly hint: string;
}

const TABLE = {
  // Input: JSON, documents, keys
  invalid_json: { exit: 1, status: 400, hint: "send strict JSON: no duplicate keys, NaN, lone surrogates or nesting over 64" },
  invalid_json_object: { exit: 1, status: 400, hint: "send a JSON object, in braces" },
  duplicate_key: { exit: 1, status: 400, hint: "name each key of an object once" },
  non_finite_number: { exit: 1, status: 400, hint: "use numbers that fit a 64-bit float" },
  integer_out_of_range: { exit: 1, status: 400, hint: "use integers within -2^63 .. 2^64-1" },
  negative_zero: { exit: 1, status: 400, hint: "write 0, or -0.0 for the float" },
  lone_surrogate: { exit: 1, status: 400, hint: "use complete Unicode characters" },
  invalid_document: { exit: 1, status: 422, hint: "compare the document with the table in the protocol description" },
  bad_public_key: { exit: 1, status: 422, hint: "give the standard base64 of a 32-byte Ed25519 public key" },
  bad_time: { exit: 1, status: 422, hint: "write a date-time with a zone, e.g. 2026-12-01T00:00:00Z" },
  bad_key_file: { exit: 1, status: 500, hint: "make one with: concordat keygen --out PREFIX --key-id ID" },
  key_file_exists: { exit: 1, status: 409, hint: "choose another --out; an existing key is never overwritten" },
  key_file_permissions: { exit: 1, status: 500, hint: "chmod 600 the file, so that only its owner can read it" },
  bad_secret_file: { exit: 1, status: 500, hint: "write whsec_ and the base64 of 24 random bytes, or one line of at least 16 characters" },
  authority_key_mismatch: { exit: 6, status: 500, hint: "use the key whose public half the genesis names as network authority" },
  authority_key_missing: { exit: 1, status: 500, hint: "give --authority-key FILE or CONCORDAT_AUTHORITY_KEY_FILE" },
  verification_refused: { exit: 6, status: 422, hint: "the reason code says which rule refused it" },
  // Source
  not_a_repository: { exit: 1, status: 500, hint: "run concordat init DIR --sovereign-id ID, or give --repo DIR" },
  empty_repository: { exit: 1, status: 500, hint: "commit the trust repository's files first; an empty source never means remove all" },
  bad_ref: { exit: 1, status: 500, hint: "name an existing branch, tag or commit with --ref" },
  bad_remote: { exit: 1, status: 500, hint: "give a path, https://HOST/PATH, ssh://USER@HOST/PATH or USER@HOST:PATH, without a password" },
  transport_not_allowed: { exit: 1, status: 500, hint: "use https:// or ssh://, or a path" },
  source_unreachable: { exit: 1, status: 503, hint: "check the address, the network and the credentials; the last good state stays" },
  git_failed: { exit: 1, status: 500, hint: "run the same git command by hand to see more" },
  bad_tree: { exit: 1, status: 422, hint: "fix every place listed, commit, and run again" },
  validation_failed: { exit: 1, status: 422, hint: "fix every place listed, commit, and run again" },
  not_empty: { exit: 1, status: 409, hint: "choose an empty or a new folder" },
  // Plan and apply
  bad_plan_file: { exit: 1, status: 422, hint: "make one with: concordat plan --out FILE" },
  plan_refused: { exit: 3, status: 409, hint: "the plan's gates and findings say what refuses it and how to go on" },
  unknown_name: { exit: 1, status: 404, hint: "give kind/name, a resource's name, or the id of a treaty, attestation, feed, key, sovereign or event" },
  ambiguous_name: { exit: 1, status: 409, hint: "give kind/name" },
  no_backup: { exit: 6, status: 409, hint: "name another folder with --dir, or a backup with --backup" },
  feed_unknown: { exit: 1, status: 404, hint: "give the sovereignId of the issuer, and a sequence that was imported" },
  bad_expectations: { exit: 1, status: 422, hint: "write a list of {attestation: FILE or id, expect: accept or reject} as JSON, YAML or JSON Lines" },
  confirmation_required: { exit: 3, status: 409, hint: "review the plan, then pass --expect DIGEST (or --auto-approve)" },
  stale_plan: { exit: 4, status: 409, hint: "plan again, review, and apply the new plan" },
  // State
  state_missing: { exit: 1, status: 503, hint: "apply a plan first, or give --db FILE" },
  state_foreign: { exit: 1, status: 500, hint: "this file is not a Concordat state; give another --db FILE" },
  state_not_empty: { exit: 3, status: 409, hint: "give another --db FILE; what a state holds is never overwritten" },
  adoption_refused: { exit: 6, status: 409, hint: "import the database again into a new folder, review and commit that" },
  state_newer: { exit: 1, status: 500, hint: "use a Concordat at least as new as the one that wrote this state" },
  state_corrupt: { exit: 6, status: 500, hint: "keep the file, and restore from a backup" },
  state_unreadable: { exit: 1, status: 500, hint: "check the path, its permissions and the free space" },
  bad_backup: { exit: 6, status: 422, hint: "take another backup: concordat backup list shows those of a folder" },
  backup_foreign: { exit: 6, status: 409, hint: "restore a backup of this authority's own state" },
  restore_refused: { exit: 3, status: 409, hint: "read the plan: concordat restore --dry-run" },
  restore_pending: { exit: 3, status: 503, hint: "run concordat restore again, or open the state for writing: either ends it" },
  log_broken: { exit: 6, status: 500, hint: "keep the file as evidence, and restore from a backup: concordat restore" },
  log_unsigned: { exit: 1, status: 503, hint: "run concordat reconcile --once where the authority's key is at hand: that signs the log" },
  bad_note: { exit: 6, status: 422, hint: "ask for the checkpoint again, and for the authority's verifier key from a second source" },
  bad_checkpoint: { exit: 6, status: 422, hint: "ask for the checkpoint again, as the log has signed it" },
  bad_proof: { exit: 6, status: 422, hint: "ask for the proof again; if it still fails, the log is not what its checkpoint says" },
  log_rolled_back: { exit: 6, status: 500, hint: "restore with concordat restore, never by copying a file" },
  escrow_missing: { exit: 6, status: 500, hint: "bring the escrow file back; or, once you know why it is gone: concordat audit escrow --accept --reason TEXT" },
  escrow_damaged: { exit: 6, status: 500, hint: "keep the escrow file as evidence; then: concordat audit escrow --accept --reason TEXT" },
  log_not_signed: { exit: 1, status: 404, hint: "the next apply signs one" },
  log_entry_not_found: { exit: 1, status: 404, hint: "the second line of /log/checkpoint is the number of entries; they count from 0" },
  log_field_not_found: { exit: 1, status: 404, hint: "name a field that the entry commits to" },
  escrow_intact: { exit: 1, status: 409, hint: "nothing is to be accepted" },
  escrow_unusable: { exit: 1, status: 503, hint: "see that logEscrow names a plain file of this user on a disk with space, and start again" },
  history_rewritten: { exit: 3, status: 409, hint: "if the rewrite is meant: concordat resume --accept-history --reason TEXT" },
  writer_fenced: { exit: 5, status: 503, hint: "another process has taken over this state; this one writes nothing more" },
  lock_held: { exit: 5, status: 503, hint: "wait for the other process, or stop it; a running concordat serve is asked by concordat reconcile --now" },
  // HTTP
  not_found: { exit: 1, status: 404, hint: "see the list of routes in docs/http.md" },
  treaty_not_found: { exit: 1, status: 404, hint: "list them at /recognition-treaties" },
  attestation_not_found: { exit: 1, status: 404, hint: "check the id" },
  recognition_policy_not_configured: { exit: 1, status: 404, hint: "apply a RecognitionPolicy resource" },
  feed_issuer_mismatch: { exit: 1, status: 400, hint: "ask the other sovereign's own endpoint" },
  missing_trust_path_parameters: { exit: 1, status: 400, hint: "give from= and to=" },
  bad_request: { exit: 1, status: 400, hint: "see docs/http.md" },
  host_not_allowed: { exit: 1, status: 403, hint: "ask under the service's own name; allowedHosts in docs/settings.md lists more" },
  origin_not_allowed: { exit: 1, status: 403, hint: "call it from a program, not from a web page" },
  rate_limit_exceeded: { exit: 1, status: 429, hint: "wait as long as Retry-After says" },
  missing_recognition_policy: { exit: 1, status: 400, hint: "send recognition_policy, or apply a RecognitionPolicy resource" },
  invalid_recognition_treaty: { exit: 1, status: 422, hint: "send the treaty as its issuer signed it" },
  invalid_attestation_or_treaty: { exit: 1, status: 422, hint: "send both documents as their issuers signed them" },
  invalid_attestation_or_policy: { exit: 1, status: 422, hint: "send the attestation as its issuer signed it, and a policy as the protocol describes it" },
  method_not_allowed: { exit: 1, status: 405, hint: "the Allow header names the methods of this route" },
  request_timeout: { exit: 1, status: 408, hint: "send the whole request within ten seconds" },
  payload_too_large: { exit: 1, status: 413, hint: "send at most 64 KiB" },
  unsupported_media_type: { exit: 1, status: 415, hint: "send application/json" },
  headers_too_large: { exit: 1, status: 431, hint: "send at most 16 KiB of header fields" },
  webhook_replayed: { exit: 1, status: 409, hint: "sign each request anew; one that came before wakes nobody again" },
  webhook_refused: { exit: 1, status: 401, hint: "sign it with the secret that the service has; see docs/http.md" },
  too_many_requests: { exit: 1, status: 429, hint: "wait as long as Retry-After says" },
  feed_not_published: { exit: 1, status: 404, hint: "the next apply publishes one" },
  listen_failed: { exit: 1, status: 500, hint: "check --host and --port, and the right to listen there" },
  admin_auth_failed: { exit: 1, status: 401, hint: "sign the request with an operator key" },
  admin_auth_throttled: { exit: 1, status: 429, hint: "sign with an operator key that is applied; wait as long as Retry-After says" },
  insufficient_operator_tier: { exit: 1, status: 403, hint: "use an operator key of the tier that the route asks for" },
  nonce_replayed: { exit: 1, status: 401, hint: "sign each request anew, with a new nonce" },
  admin_request_stale: { exit: 1, status: 401, hint: "sign the request anew; set the clock of the side that lags" },
  operator_key_refused: { exit: 1, status: 401, hint: "use an operator key that is applied, active, valid and not revoked" },
  managed_by_git: { exit: 3, status: 409, hint: "change the file that the details name, and merge it; or set adminGrants: allow for a migration" },
  unknown_operator_key: { exit: 1, status: 404, hint: "name a key that an OperatorKey resource declares" },
  unknown_sovereign: { exit: 1, status: 404, hint: "name the sovereignId of a Sovereign resource that is applied" },
  last_active_operator_key: { exit: 3, status: 409, hint: "add another privileged OperatorKey first" },
  missing_treaty_subject: { exit: 1, status: 400, hint: "give subject_sovereign_id and subject_public_keys" },
  empty_subject_public_keys: { exit: 1, status: 400, hint: "give at least one key of the subject" },
  missing_attestation_subject: { exit: 1, status: 400, hint: "give subject_id and roles" },
  attestation_issuer_mismatch: { exit: 1, status: 400, hint: "leave issuer_sovereign_id out, or give this sovereign's own" },
  invalid_validity_hours: { exit: 1, status: 400, hint: "give a whole number of hours, at least 1 and within policy.maxValidity" },
  invalid_treaty_scope: { exit: 1, status: 422, hint: "give allowed_roles, accepted_statuses and claims as the protocol describes them" },
  invalid_role: { exit: 1, status: 400, hint: "begin a role with role:client, role:anchor, role:bridge, role:operator or role:service:" },
  invalid_public_keys: { exit: 1, status: 422, hint: "give a list of base64 public keys" },
  invalid_recognition_policy: { exit: 1, status: 422, hint: "compare the policy with the table in the protocol description" },
  invalid_sovereign_revocation_feed: { exit: 1, status: 422, hint: "send the feed as its issuer publishes it" },
  missing_issuer_public_keys: { exit: 1, status: 400, hint: "apply a Sovereign with the issuer's keys, or a treaty with it" },
  caller_keys_not_accepted: { exit: 1, status: 422, hint: "leave the keys out: the state knows the issuer's" },
  wrong_issuer: { exit: 1, status: 400, hint: "expect the sovereign that the feed names" },
  missing_signature: { exit: 1, status: 400, hint: "send the feed with its signatures" },
  invalid_signature: { exit: 1, status: 400, hint: "check that the keys known here are those that the issuer signs with" },
  stale_sequence: { exit: 1, status: 409, hint: "this feed, or a newer one, is imported already" },
  equivocation: { exit: 3, status: 409, hint: "the issuer has signed two feeds of one sequence; both are kept: ask it which holds" },
  sequence_jump: { exit: 3, status: 409, hint: "raise policy.maxSequenceJump if the issuer did revoke so much at once" },
  from_the_future: { exit: 1, status: 409, hint: "compare the clocks" },
  feed_suspended: { exit: 3, status: 409, hint: "take feed.suspend out of the Sovereign's resource" },
  rejected_by_git: { exit: 3, status: 409, hint: "take the RevocationFeed resource with accept: false out, if the feed is to count" },
  service_not_ready: { exit: 1, status: 503, hint: "the details say what is missing" },
  address_in_use: { exit: 1, status: 500, hint: "choose another --port" },
  // Controller
  reconcile_suspended: { exit: 3, status: 409, hint: "go on with: concordat resume" },
  no_controller: { exit: 1, status: 503, hint: "start one with: concordat serve" },
  controller_failed: { exit: 1, status: 503, hint: "see the log of concordat serve" },
  // Incidents
  bad_incident: { exit: 1, status: 422, hint: "name the folder of this incident, or none to open a new one" },
  bad_draft: { exit: 1, status: 422, hint: "change the files by hand on a branch of your own" },
  // The rest
  usage: { exit: 64, status: 400, hint: "see concordat --help" },
  bad_settings: { exit: 1, status: 500, hint: "see docs/settings.md for the keys of concordat.config.yaml" },
  file_exists: { exit: 1, status: 409, hint: "choose another name, or remove the file first" },
  unwritable_file: { exit: 1, status: 500, hint: "check the path, its permissions and the free space" },
  unreadable_file: { exit: 1, status: 500, hint: "check the path and its permissions" },
  unsupported_runtime: { exit: 1, status: 500, hint: "use Node 22.22 or newer" },
  internal: { exit: 70, status: 500, hint: "this is a bug in Concordat; please report it with the stack" },
} as const satisfies Record<string, Row>;

export type ErrorCode = keyof typeof TABLE;

/** The table itself, for the generated docs/errors.md and for the tests. */
export const ERRORS: Readonly<Record<ErrorCode, Row>> = TABLE;

export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === "string" && Object.hasOwn(TABLE, value);
}

export interface AppErrorOptions {
  readonly hint?: string;
  readonly details?: JsonValue;
  readonly cause?: unknown;
}

/** Everything Concordat throws on purpose. Anything else that is thrown is a bug (exit 70, opaque 500). */
export class AppError extends Error {
  override readonly name = "AppError";
  readonly code: ErrorCode;
  readonly hint: string;
  readonly details: JsonValue;

  constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.code = code;
    this.hint = options.hint ?? TABLE[code].hint;
    this.details = options.details ?? null;
  }

  /** Named so because oclif reads this name. */
  get exitCode(): number {
    return TABLE[this.code].exit;
  }

  get status(): number {
    return TABLE[this.code].status;
  }
}
