/** What git asks for in a history that is drawn. */
import type { Desired } from "../../src/model/desired.js";
import { parseTimestamp } from "../../src/protocol/instant.js";
import {
  attestation,
  authority,
  desired,
  feed,
  operatorKey,
  recognitionPolicy,
  revocation,
  signedFeed,
  sovereign,
  treaty,
} from "./desired.js";
import { keyOf } from "./keys.js";

const SUBJECTS = ["globex", "initech", "umbrella"] as const;
const MEMBERS = ["sam", "kim", "lee"] as const;
const KEYS = ["second", "third"] as const;

/** By the number of a name; what stands there is drawn too. */
export interface Wish {
  readonly treaties: Map<number, { roles: number; reissue: number }>;
  readonly attestations: Map<number, { roles: number; reissue: number }>;
  readonly revocations: Set<string>;
  readonly keys: Map<number, number>;
  readonly sovereigns: Map<number, number>;
  readonly feeds: Map<string, { issuer: number; sequence: number; accept: boolean }>;
  policy: number;
  label: string;
  highest: number;
}

export const NOTHING: Wish = {
  treaties: new Map(),
  attestations: new Map(),
  revocations: new Set(),
  keys: new Map(),
  sovereigns: new Map([
    [0, 0],
    [1, 0],
    [2, 0],
  ]),
  feeds: new Map(),
  policy: 0,
  label: "authority",
  highest: 7,
};

const ROLES = [["role:client"], ["role:anchor"], ["role:client", "role:anchor"]];

export function toDesired(wish: Wish): Desired {
  const known = (of: number): string => SUBJECTS[of % SUBJECTS.length] ?? "globex";
  const member = (of: number): string => MEMBERS[of % MEMBERS.length] ?? "sam";
  const treaties = [...wish.treaties].map(([of, { roles, reissue }]) =>
    treaty(known(of), known(of), {
      allowedRoles: ROLES[roles] ?? [],
      reissue,
      renewBefore: 86_400,
    }),
  );
  const attestations = [...wish.attestations].map(([of, { roles, reissue }]) =>
    attestation(member(of), { roles: ROLES[roles] ?? [], reissue }),
  );
  const revocations = [...wish.revocations].map((which) => {
    const [kind = "", of = "0"] = which.split(" ");
    return kind === "treaty"
      ? revocation(`no-treaty-${of}`, { targetName: known(Number(of)) })
      : revocation(`no-member-${of}`, {
          targetKind: "MembershipAttestation",
          targetName: member(Number(of)),
        });
  });
  const keys = [...wish.keys].map(([of, as]) =>
    operatorKey(KEYS[of % KEYS.length] ?? "second", {
      tier: as === 1 ? "standard" : "privileged",
      ...(as >= 3 && {
        state: as === 3 ? ("retired" as const) : ("compromised" as const),
        since: parseTimestamp("2026-11-23T00:00:00Z"),
      }),
    }),
  );
  return desired({
    authority: authority({ label: wish.label }),
    operatorKeys: [operatorKey("operator-root"), ...keys],
    sovereigns: [...wish.sovereigns].map(([of, as]) =>
      sovereign(known(of), {
        publicKeys: (as === 2 ? ["", " new"] : [""]).map(
          (suffix) => keyOf(`sovereign ${known(of)}${suffix}`).publicKey,
        ),
      }),
    ),
    treaties,
    attestations,
    revocations,
    feeds: [...wish.feeds].map(([name, { issuer, sequence, accept }]) =>
      feed(name, signedFeed(known(issuer), sequence, [`gone-${name}`, "gone"]), accept),
    ),
    policy:
      wish.policy === 0
        ? null
        : recognitionPolicy({ revokedAttestationIds: wish.policy === 1 ? ["a"] : ["a", "b"] }),
  });
}
