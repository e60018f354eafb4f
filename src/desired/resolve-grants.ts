/** RecognitionTreaties, MembershipAttestations and the RecognitionPolicy: what the local sovereign grants, and for how long. */
import type {
  DesiredAttestation,
  DesiredPolicy,
  DesiredSovereign,
  DesiredTreaty,
  Validity,
} from "../model/desired.js";
import type { DocumentStatus } from "../model/documents.js";
import type { Seconds } from "../model/time.js";
import { sortedSet } from "../protocol/code-points.js";
import { quoted } from "./characters.js";
import { Fields } from "./fields.js";
import type { Resolution, ResourceOf } from "./resolution.js";
import { resolvedOnce } from "./resolved-once.js";

const WEEK: Seconds = 7 * 24 * 3600;
const DEFAULT_STATUSES: readonly DocumentStatus[] = ["active"];

/** Sovereigns without faults, by name. */
export type Sovereigns = ReadonlyMap<string, DesiredSovereign>;

export function resolveTreaties(
  resolution: Resolution,
  sovereigns: Sovereigns,
): readonly DesiredTreaty[] {
  const [authority] = resolution.of("Authority");
  const ownId = authority?.spec.sovereignId ?? null;
  const defaultFor = defaultDuration(resolution, "treatyFor");
  return resolution
    .of("RecognitionTreaty")
    .map((resource) =>
      resolveTreaty(resolution, resource, sovereigns.get(resource.spec.subject), ownId, defaultFor),
    )
    .filter((treaty) => treaty !== null);
}

const resolveTreaty = resolvedOnce(
  (
    resolution,
    resource: ResourceOf<"RecognitionTreaty">,
    sovereign: DesiredSovereign | undefined,
    ownId: string | null,
    defaultFor: Seconds,
  ): DesiredTreaty | null => {
    const { spec, name, source } = resource;
    const { scope, metadata = {}, reissue = 0 } = spec;
    const subject = resolution.find(resource, "/spec/subject", "Sovereign", spec.subject);
    if (subject !== null && subject.spec.sovereignId === ownId) {
      resolution.report(
        "treaty_to_self",
        resource,
        "/spec/subject",
        `${quoted(spec.subject)} is the local sovereign itself`,
      );
    }
    const fields = new Fields(resolution, resource);
    const validity = fields.validity("/spec/validity", spec.validity ?? {}, defaultFor);
    const renewBefore =
      spec.renewal === undefined
        ? null
        : fields.duration("/spec/renewal/before", spec.renewal.before);
    checkRenewal(resolution, resource, validity, renewBefore);
    if (sovereign === undefined || validity === null) return null;
    return {
      name,
      source,
      subjectSovereignId: sovereign.sovereignId,
      subjectPublicKeys: sovereign.publicKeys,
      allowedRoles: sortedSet(scope.allowedRoles),
      acceptedStatuses: sortedStatuses(scope.acceptedStatuses),
      scopeClaims: scope.claims ?? {},
      validity,
      renewBefore,
      metadata,
      reissue,
    };
  },
);

export function resolveAttestations(resolution: Resolution): readonly DesiredAttestation[] {
  const defaultFor = defaultDuration(resolution, "attestationFor");
  return resolution
    .of("MembershipAttestation")
    .map((resource) => resolveAttestation(resolution, resource, defaultFor))
    .filter((attestation) => attestation !== null);
}

const resolveAttestation = resolvedOnce(
  (
    resolution,
    resource: ResourceOf<"MembershipAttestation">,
    defaultFor: Seconds,
  ): DesiredAttestation | null => {
    const { spec, name, source } = resource;
    const { subjectId, claims = {}, reissue = 0 } = spec;
    const fields = new Fields(resolution, resource);
    const key = spec.subjectPublicKey;
    const subjectPublicKey =
      key === undefined ? null : fields.publicKey("/spec/subjectPublicKey", key);
    const validity = fields.validity("/spec/validity", spec.validity ?? {}, defaultFor);
    if (validity === null) return null;
    return {
      name,
      source,
      subjectId,
      subjectPublicKey,
      roles: sortedSet(spec.roles),
      validity,
      claims,
      reissue,
    };
  },
);

/** The one RecognitionPolicy, or null when there is none. */
export function resolveRecognitionPolicy(
  resolution: Resolution,
  sovereigns: Sovereigns,
): DesiredPolicy | null {
  const [resource] = resolution.of("RecognitionPolicy");
  if (resource === undefined) return null;
  const { spec, name, source } = resource;
  const named = new Set<string>();
  const recognizedIssuers = spec.recognizedIssuers.flatMap(
    ({ sovereign: issuer, allowedRoles, acceptedStatuses }, index) => {
      const path = `/spec/recognizedIssuers/${index}/sovereign`;
      resolution.find(resource, path, "Sovereign", issuer);
      if (named.has(issuer))
        resolution.report(
          "duplicate_issuer",
          resource,
          path,
          `${quoted(issuer)} stands twice in this list`,
        );
      named.add(issuer);
      const sovereign = sovereigns.get(issuer);
      if (sovereign === undefined) return [];
      return {
        sovereignId: sovereign.sovereignId,
        publicKeys: sovereign.publicKeys,
        allowedRoles: sortedSet(allowedRoles),
        acceptedStatuses: sortedStatuses(acceptedStatuses),
      };
    },
  );
  recognizedIssuers.sort((a, b) => (a.sovereignId < b.sovereignId ? -1 : 1));
  return {
    name,
    source,
    recognizedIssuers,
    revokedAttestationIds: sortedSet(spec.revokedAttestationIds ?? []),
  };
}

function defaultDuration(resolution: Resolution, field: "treatyFor" | "attestationFor"): Seconds {
  const [authority] = resolution.of("Authority");
  const text = authority?.spec.defaults?.[field];
  if (authority === undefined || text === undefined) return WEEK;
  return new Fields(resolution, authority).duration(`/spec/defaults/${field}`, text) ?? WEEK;
}

/** A renewal is due when no more than `before` is left, so `before` must be shorter than the whole. */
function checkRenewal(
  resolution: Resolution,
  resource: ResourceOf<"RecognitionTreaty">,
  validity: Validity | null,
  before: Seconds | null,
): void {
  if (before === null || validity === null) return;
  if (validity.duration === null) {
    resolution.report(
      "bad_renewal",
      resource,
      "/spec/renewal",
      "a treaty with validity.until ends then, and is not renewed",
    );
  } else if (before >= validity.duration) {
    resolution.report(
      "bad_renewal",
      resource,
      "/spec/renewal/before",
      "the treaty would be renewed as soon as it is issued",
    );
  }
}

function sortedStatuses(
  statuses: readonly DocumentStatus[] = DEFAULT_STATUSES,
): readonly DocumentStatus[] {
  return [...new Set(statuses)].toSorted();
}
