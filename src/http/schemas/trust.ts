/** The routes that say what this sovereign recognises, attests and revokes. */
import {
  count,
  listOf,
  object,
  oneOf,
  orNull,
  ref,
  text,
  time,
  type Parameter,
  type RouteSchema,
} from "./route-schema.js";

const ID: Parameter = {
  in: "path",
  name: "id",
  description: "Its id.",
  schema: { type: "string", maxLength: 256 },
};

const STATUS_FILTER: Parameter = {
  in: "query",
  name: "status",
  description: "Of the row.",
  schema: text(),
};

const filter = (name: string, description: string): Parameter => ({
  in: "query",
  name,
  description,
  schema: text(),
});

export const TRUST_ROUTES: readonly RouteSchema[] = [
  {
    method: "get",
    path: "/genesis",
    id: "getGenesis",
    tag: "trust",
    summary: "The signed genesis",
    answers: { 200: { description: "As it was signed.", schema: ref("GenesisBlock") } },
    errors: [],
  },
  {
    method: "get",
    path: "/sovereign.json",
    id: "getSovereign",
    tag: "trust",
    summary: "What others read before they recognise this sovereign",
    answers: {
      200: {
        description: "Its metadata.",
        schema: object({
          sovereign_id: text(),
          network_name: text(),
          network_version: text(),
          endpoint: orNull(text("Its public origin.")),
          network_authority: object({ public_key: text(), valid_from: time(), valid_to: time() }),
          root_public_key: text(),
          policy_manifest: object({ hash: text(), url: orNull(text()) }),
          bootstrap_anchor_count: count(),
          supported_surfaces: { type: "object", additionalProperties: { type: "string" } },
        }),
      },
    },
    errors: [],
  },
  {
    method: "get",
    path: "/recognition-policy",
    id: "getRecognitionPolicy",
    tag: "trust",
    summary: "The recognition policy in force",
    answers: { 200: { description: "The policy.", schema: ref("RecognitionPolicy") } },
    errors: ["recognition_policy_not_configured"],
  },
  {
    method: "get",
    path: "/recognition-treaties",
    id: "listTreaties",
    tag: "trust",
    summary: "Recognition treaties in order of issue",
    description: "Everything in one answer, or with `limit` one page and the cursor of the next.",
    parameters: [
      filter("issuer_sovereign_id", "Who recognises."),
      filter("subject_sovereign_id", "Who is recognised."),
      STATUS_FILTER,
      {
        in: "query",
        name: "limit",
        description: "Rows in a page.",
        schema: { type: "integer", minimum: 1, maximum: 1000 },
      },
      filter("cursor", "The `next_cursor` of the page before, with the same filters and limit."),
    ],
    answers: {
      200: {
        description: "The rows.",
        schema: object(
          {
            count: count("Rows in this answer."),
            recognition_treaties: listOf(ref("TreatyRow")),
            next_cursor: orNull(text("Null on the last page.")),
          },
          { optional: ["next_cursor"] },
        ),
      },
    },
    errors: [],
  },
  {
    method: "get",
    path: "/recognition-treaties/{id}",
    id: "getTreaty",
    tag: "trust",
    summary: "One recognition treaty",
    parameters: [ID],
    answers: { 200: { description: "Its row.", schema: ref("TreatyRow") } },
    errors: ["treaty_not_found"],
  },
  {
    method: "get",
    path: "/attestations",
    id: "listAttestations",
    tag: "trust",
    summary: "How many attestations there are; the list for operators",
    description:
      "Who is a member is for operators only: a list, or a filter by subject or issuer, takes a signature as the routes of operators do.",
    parameters: [
      { ...STATUS_FILTER, schema: oneOf(["active", "suspended", "revoked"]) },
      filter("subject_id", "Whom it is about; for operators."),
      filter("issuer_sovereign_id", "Who issued it; for operators."),
    ],
    answers: {
      200: {
        description: "The number, and for operators the rows.",
        schema: object(
          { count: count(), attestations: listOf(ref("AttestationRow")) },
          { optional: ["attestations"] },
        ),
      },
    },
    errors: [
      "admin_auth_failed",
      "insufficient_operator_tier",
      "admin_auth_throttled",
      "no_controller",
    ],
  },
  {
    method: "get",
    path: "/attestations/{id}",
    id: "getAttestation",
    tag: "trust",
    summary: "One attestation",
    parameters: [ID],
    answers: { 200: { description: "Its row.", schema: ref("AttestationRow") } },
    errors: ["attestation_not_found"],
  },
  {
    method: "get",
    path: "/sovereign-revocation-feed",
    id: "getRevocationFeed",
    tag: "trust",
    summary: "The revocation feed that was published last",
    parameters: [filter("issuer_sovereign_id", "This sovereign's own id, if any.")],
    answers: { 200: { description: "As it was signed.", schema: ref("SovereignRevocationFeed") } },
    errors: ["feed_issuer_mismatch", "feed_not_published"],
  },
];
