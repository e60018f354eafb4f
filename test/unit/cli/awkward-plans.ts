/** Plans that hold what a renderer can stumble over: length, width, number and malice. */
import type { Plan } from "../../../src/model/plan.js";
import { change, EMPTY, impact, PASSES, plan } from "./plan-values.js";

const HOSTILE = "evil\u001b[2J\u202e\u200b\r\nREMOVES NOTHING `@everyone` <script>";

export const AWKWARD_PLANS: Readonly<Record<string, Plan>> = {
  "long-names": plan({
    summary: { grant: 120, change: 1300, remove: 14_000, revoke: 150_000, by_kind: {} },
    changes: [
      change({
        action: "replace",
        kind: "MembershipAttestation",
        name: `${"a".repeat(30)}-${"b".repeat(32)}`,
        risk: "reduces",
        reason: "drift_altered",
        source: { file: `${"deep/".repeat(30)}file.yaml`, line: 123_456 },
        fields: [
          {
            path: `/recognized_issuers/${"x".repeat(120)}/allowed_roles`,
            before: Array.from(
              { length: 20 },
              (_, index) => `role:service:${"s".repeat(20)}-${index}`,
            ),
            after: ["role:client"],
            risk: "reduces",
          },
        ],
      }),
      change({
        action: "issue",
        kind: "RecognitionTreaty",
        name: "漢字かな交じりの長い名前".repeat(5),
        risk: "widens",
        after: { allowed_roles: ["role:👩‍👩‍👧‍👦".repeat(12)] },
      }),
    ],
    gates: [
      { name: "last_privileged_key", status: "pass", message: "k".repeat(200), limit: 1, value: 1 },
    ],
    blast_radius: {
      ...EMPTY.blast_radius,
      cut_off: ["Z".repeat(200)],
      lost_count: 1,
      lost: [{ from: "f".repeat(90), to: "t".repeat(90), before: 9, after: null }],
    },
  }),
  hostile: plan({
    summary: { grant: 1, change: 0, remove: 0, revoke: 1, by_kind: {} },
    source: { ...EMPTY.source, ref: HOSTILE, dirty: true },
    changes: [
      change({
        action: "revoke",
        kind: "RecognitionTreaty",
        name: HOSTILE,
        id: HOSTILE,
        risk: "reduces",
        reason: "drift_unmanaged",
        source: null,
      }),
      change({
        action: "issue",
        kind: "MembershipAttestation",
        name: HOSTILE,
        risk: "widens",
        after: { roles: [HOSTILE], [HOSTILE]: HOSTILE },
        source: { file: HOSTILE, line: 1 },
      }),
    ],
    drift: [
      {
        class: "unmanaged",
        kind: "RecognitionTreaty",
        name: HOSTILE,
        id: HOSTILE,
        disposition: "revoke",
        message: HOSTILE,
      },
    ],
    skipped: [
      {
        kind: "RecognitionTreaty",
        name: HOSTILE,
        id: HOSTILE,
        reason: "revoked",
        message: HOSTILE,
      },
    ],
    findings: [
      {
        code: "any_role_scope",
        level: "error",
        message: HOSTILE,
        hint: HOSTILE,
        kind: "RecognitionTreaty",
        name: HOSTILE,
        source: { file: HOSTILE, line: 1 },
      },
    ],
    gates: [{ name: "freeze", status: "wait", message: HOSTILE, limit: null, value: null }],
    blast_radius: {
      ...EMPTY.blast_radius,
      cut_off: [HOSTILE],
      by_change: [impact(HOSTILE, [HOSTILE], [HOSTILE])],
      gained_count: 1,
      gained: [{ from: HOSTILE, to: HOSTILE, before: null, after: 1 }],
    },
  }),
  "many-changes": plan({
    summary: { grant: 200, change: 0, remove: 0, revoke: 100, by_kind: {} },
    changes: [
      ...Array.from({ length: 100 }, (_, index) =>
        change({
          action: "revoke",
          kind: "RecognitionTreaty",
          name: `old-${index}`,
          risk: "reduces",
          reason: "removed_from_desired_state",
          source: null,
        }),
      ),
      ...Array.from({ length: 200 }, (_, index) =>
        change({
          action: "issue",
          kind: "MembershipAttestation",
          name: `member-${index}`,
          risk: "widens",
          after: { roles: ["role:client"] },
        }),
      ),
    ],
    gates: PASSES,
  }),
};
