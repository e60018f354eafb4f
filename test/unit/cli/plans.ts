/** Plans as people meet them, one for each shape that the renderers must hold. */
import type { Change, Plan } from "../../../src/model/plan.js";
import { parseTimestamp } from "../../../src/protocol/instant.js";
import { AWKWARD_PLANS } from "./awkward-plans.js";
import { change, EMPTY, ID, impact, PASSES, plan } from "./plan-values.js";

const GRANTS: readonly Change[] = [
  change({
    action: "add",
    kind: "OperatorKey",
    name: "operator-2",
    id: "operator-2",
    risk: "widens",
    after: { key_id: "operator-2", tier: "standard", holder: "second operator", state: "active" },
  }),
  change({
    action: "add",
    kind: "Sovereign",
    name: "globex",
    id: "GLOBEX",
    risk: "keeps",
    after: {
      sovereign_id: "GLOBEX",
      public_keys: ["PUAXw+hDiVqStwqnTRt+vJyYLM8uxJaMwM1V8Sr0Zgw="],
      endpoint: null,
    },
  }),
  change({
    action: "issue",
    kind: "RecognitionTreaty",
    name: "acme-globex",
    risk: "widens",
    after: {
      subject_sovereign_id: "GLOBEX",
      allowed_roles: ["role:client"],
      validity: { from: null, until: null, seconds: 2_592_000 },
    },
  }),
  change({
    action: "issue",
    kind: "RecognitionTreaty",
    name: "acme-initech",
    risk: "widens",
    after: { subject_sovereign_id: "INITECH", allowed_roles: [] },
  }),
];

const MIXED: readonly Change[] = [
  change({
    action: "revoke",
    kind: "RecognitionTreaty",
    name: "acme-hooli",
    risk: "reduces",
    reason: "revocation_requested",
    before: { subject_sovereign_id: "HOOLI" },
    after: { revocation_reason: "key_compromise", incident: "INC-7" },
    source: { file: "revocations/hooli.yaml", line: 3 },
  }),
  change({
    action: "revoke",
    kind: "RecognitionTreaty",
    name: "acme-initech",
    risk: "reduces",
    reason: "removed_from_desired_state",
    source: null,
  }),
  change({
    action: "retire",
    kind: "OperatorKey",
    name: "operator-old",
    id: "operator-old",
    risk: "reduces",
    reason: "key_retired",
  }),
  change({
    action: "replace",
    kind: "RecognitionTreaty",
    name: "acme-globex",
    replaces: "6ba7b810-9dad-51d1-80b4-00c04fd430c8",
    reason: "spec_changed",
    risk: "widens",
    fields: [
      {
        path: "/allowed_roles",
        before: ["role:client"],
        after: ["role:client", "role:operator"],
        risk: "widens",
      },
      { path: "/validity/seconds", before: 2_592_000, after: 604_800, risk: "reduces" },
    ],
  }),
  change({
    action: "renew",
    kind: "RecognitionTreaty",
    name: "acme-umbrella",
    risk: "keeps",
    reason: "renewal_due",
  }),
  change({
    action: "update",
    kind: "Authority",
    name: "acme",
    id: "ACME",
    risk: "widens",
    reason: "spec_changed",
    fields: [{ path: "/policy/removals/count", before: 3, after: 10, risk: "widens" }],
  }),
  ...GRANTS.slice(0, 1),
];

export const PLANS: Readonly<Record<string, Plan>> = {
  empty: EMPTY,
  "empty-with-drift": {
    ...EMPTY,
    source: { ...EMPTY.source, dirty: true },
    drift: [
      {
        class: "unmanaged",
        kind: "RecognitionTreaty",
        name: null,
        id: ID,
        disposition: "report",
        message: "it was issued outside git",
      },
    ],
    lapsing: [
      {
        kind: "RecognitionTreaty",
        name: "acme-globex",
        id: ID,
        expires_at: parseTimestamp("2026-12-02T00:00:00Z"),
        renews: false,
      },
    ],
    findings: [
      {
        code: "stale_feed",
        level: "warning",
        message: "the newest feed of globex is 9 days old; its maxAge is 7 days",
        hint: "fetch the feed again and commit it",
        kind: "RevocationFeed",
        name: "globex-41",
        source: { file: "feeds/globex.yaml", line: 1 },
      },
    ],
  },
  grants: plan({
    summary: {
      grant: 3,
      change: 1,
      remove: 0,
      revoke: 0,
      by_kind: { RecognitionTreaty: { issue: 2 } },
    },
    changes: GRANTS,
    gates: PASSES,
    findings: [
      {
        code: "any_role_scope",
        level: "warning",
        message: "acme-initech allows no role by name, which some readers take as every role",
        hint: "list the roles in scope.allowedRoles",
        kind: "RecognitionTreaty",
        name: "acme-initech",
        source: { file: "trust/acme-initech.yaml", line: 7 },
      },
    ],
    blast_radius: {
      ...EMPTY.blast_radius,
      paths_after: 2,
      gained_count: 2,
      gained: [
        { from: "ACME", to: "GLOBEX", before: null, after: 1 },
        { from: "ACME", to: "INITECH", before: null, after: 1 },
      ],
    },
  }),
  mixed: plan({
    summary: { grant: 1, change: 4, remove: 0, revoke: 2, by_kind: {} },
    source: { ...EMPTY.source, dirty: true },
    changes: MIXED,
    gates: PASSES,
    drift: [
      {
        class: "revoked_out_of_band",
        kind: "RecognitionTreaty",
        name: "acme-soylent",
        id: ID,
        disposition: "keep",
        message: "it was revoked outside git",
      },
      {
        class: "unknown_key",
        kind: "MembershipAttestation",
        name: null,
        id: ID,
        disposition: "revoke",
        message: "it bears our name, and our key did not sign it",
      },
    ],
    skipped: [
      {
        kind: "RecognitionTreaty",
        name: "acme-soylent",
        id: ID,
        reason: "revoked_out_of_band",
        message: "it was revoked outside git, which is never undone; raise reissue to trust again",
      },
    ],
    blast_radius: {
      ...EMPTY.blast_radius,
      paths_before: 412,
      paths_after: 377,
      gained_count: 6,
      lost_count: 41,
      longer_count: 1,
      truncated: true,
      lost: Array.from({ length: 8 }, (_, index) => ({
        from: "ACME",
        to: `MEMBER-${index}`,
        before: 2,
        after: null,
      })),
      longer: [{ from: "ACME", to: "UMBRELLA", before: 1, after: 3 }],
      gained: [{ from: "GLOBEX", to: "ACME", before: null, after: 2 }],
      cut_off: ["HOOLI"],
      by_change: [
        impact("acme-hooli", ["ACME", "GLOBEX"], [ID, ID, ID]),
        impact("acme-initech", ["ACME"], []),
        impact("acme-globex", [], []),
      ],
    },
  }),
  refused: plan({
    verdict: "refused",
    summary: { grant: 0, change: 0, remove: 0, revoke: 2, by_kind: {} },
    changes: MIXED.slice(0, 2),
    gates: [
      {
        name: "findings",
        status: "refuse",
        message: "1 finding of level error",
        limit: 0,
        value: 1,
      },
      {
        name: "removals",
        status: "refuse",
        message:
          "12 RecognitionTreaty resources would go, over the limit of 4; if that is meant: --allow-removals 12",
        limit: 4,
        value: 12,
      },
      { name: "approvals", status: "wait", message: "0 of 2 approvals", limit: 2, value: 0 },
    ],
    findings: [
      {
        code: "revocation_deleted",
        level: "error",
        message: "the revocation of acme-hooli is gone, and what it revoked has not expired yet",
        hint: "put the file back: a revocation is never taken back by deleting it",
        kind: "Revocation",
        name: "hooli",
        source: null,
      },
    ],
  }),
  ...AWKWARD_PLANS,
};
