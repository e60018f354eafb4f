/** The connectome as the JSON texts of protocol.md 6, in parts that outlive one connectome. */
import type { ImportedRevocation, TreatyRecord } from "../model/state.js";
import { toEdgeJson, type Edge } from "../protocol/graph.js";
import { sameAccepting, type Accepting } from "./accepting.js";
import type { Connectome } from "./connectome.js";
import type { JudgedTreaty } from "./judged-treaty.js";

/** A text in pieces; once somebody has its bytes, they can be used in place of the pieces. */
export class Part {
  readonly pieces: () => Iterable<string>;
  bytes: Uint8Array | null = null;

  constructor(pieces: () => Iterable<string>) {
    this.pieces = pieces;
  }
}

/** A text in the order of its parts; plain strings are the little between them. */
export type Parts = readonly (string | Part)[];

interface Source {
  readonly connectome: Connectome;
  readonly sovereigns: Part;
  readonly edges: Part;
  readonly active: Part;
  readonly revokedTreaties: Part;
  readonly revokedAttestations: Part;
  readonly affected: Part;
}

/** The two documents of one connectome. They share their parts, with each other and with the documents that come after. */
export class ConnectomeJson {
  readonly #source: Source;

  constructor(connectome: Connectome, previous: ConnectomeJson | null) {
    this.#source = sourceOf(connectome, previous === null ? null : previous.#source);
  }

  /** The body of `/connectome.json`. */
  connectome(): Parts {
    const { connectome, affected } = this.#source;
    return [
      `{"summary":${JSON.stringify(connectome.summary)},`,
      ...this.#graphMembers(),
      ',"revocation_blast_radius":[',
      affected,
      "]}",
    ];
  }

  /** The body of `/recognition-graph`. */
  recognitionGraph(): Parts {
    return ["{", ...this.#graphMembers(), "}"];
  }

  #graphMembers(): Parts {
    const { connectome, sovereigns, edges, active, revokedAttestations, revokedTreaties } =
      this.#source;
    const { imported, recognition } = connectome;
    const isMixed = imported.revocations.length > 0 && recognition.revoked.length > 0;
    return [
      '"sovereigns":[',
      sovereigns,
      '],"recognition_edges":[',
      edges,
      '],"active_treaties":[',
      active,
      // By type, then by id: attestations come before treaties.
      '],"revoked_trust_material":[',
      revokedAttestations,
      isMixed ? "," : "",
      revokedTreaties,
      "]",
    ];
  }
}

/** The body of `/connectome.json` as one text. */
export function connectomeJson(connectome: Connectome): string {
  return toText(new ConnectomeJson(connectome, null).connectome());
}

/** The body of `/recognition-graph` as one text. */
export function recognitionGraphJson(connectome: Connectome): string {
  return toText(new ConnectomeJson(connectome, null).recognitionGraph());
}

function toText(parts: Parts): string {
  return parts
    .map((part) => (typeof part === "string" ? part : [...part.pieces()].join("")))
    .join("");
}

function sourceOf(connectome: Connectome, previous: Source | null): Source {
  const { recognition, imported } = connectome;
  const { accepting } = recognition;
  const before = previous?.connectome;
  const keep = (
    isSame: boolean,
    name: Exclude<keyof Source, "connectome">,
    make: () => Iterable<string>,
  ): Part => (isSame && previous !== null ? previous[name] : new Part(make));
  const isSameRecognition = before?.recognition === recognition;
  const isSameImported = before?.imported === imported;
  const isSameAffected = isSameImported && sameAccepting(before.recognition.accepting, accepting);
  return {
    connectome,
    sovereigns: keep(isSameRecognition, "sovereigns", () =>
      list(recognition.sovereigns, (id) => JSON.stringify({ sovereign_id: id })),
    ),
    edges: keep(isSameRecognition, "edges", () => list(recognition.graph.edges, edgeText)),
    // The stored text is what was signed: writing it anew could turn 1.0 into 1, and the signature would not hold.
    active: keep(isSameRecognition, "active", () => list(recognition.active, storedText)),
    revokedTreaties: keep(isSameRecognition, "revokedTreaties", () =>
      list(recognition.revoked, revokedTreatyText),
    ),
    revokedAttestations: keep(isSameImported, "revokedAttestations", () =>
      list(imported.revocations, revokedAttestationText),
    ),
    affected: keep(isSameAffected, "affected", () =>
      list(imported.revocations, (revocation) => affectedText(revocation, accepting)),
    ),
  };
}

function* list<T>(items: readonly T[], toJson: (item: T) => string): Generator<string> {
  let separator = "";
  for (const item of items) {
    yield separator + toJson(item);
    separator = ",";
  }
}

/** An edge stays the same object for as long as nothing about it changes. */
const edgeTexts = new WeakMap<Edge, string>();

function edgeText(edge: Edge): string {
  const known = edgeTexts.get(edge);
  if (known !== undefined) return known;
  const text = JSON.stringify(toEdgeJson(edge));
  edgeTexts.set(edge, text);
  return text;
}

function storedText(treaty: TreatyRecord): string {
  return treaty.json;
}

function revokedTreatyText({ treaty, edge }: JudgedTreaty): string {
  return JSON.stringify({
    type: "recognition_treaty",
    id: treaty.id,
    lifecycle_state: edge.lifecycleState,
    reason: treaty.reason,
    revoked_at: treaty.revokedAt,
  });
}

function revokedAttestationText(revocation: ImportedRevocation): string {
  return JSON.stringify({
    type: "membership_attestation",
    id: revocation.attestationId,
    issuer_sovereign_id: revocation.issuer,
    feed_id: revocation.feedId,
    sequence: revocation.sequence,
    reason: revocation.reason,
    revoked_at: revocation.importedAt,
  });
}

function affectedText(revocation: ImportedRevocation, accepting: Accepting): string {
  return JSON.stringify({
    type: "membership_attestation",
    id: revocation.attestationId,
    issuer_sovereign_id: revocation.issuer,
    affected_accepting_sovereigns: accepting.get(revocation.issuer) ?? [],
    feed_id: revocation.feedId,
    sequence: revocation.sequence,
    reason: revocation.reason,
    revoked_at: revocation.importedAt,
  });
}
