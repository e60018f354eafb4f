/** What the connectome says of treaties and imported revocations (protocol.md 6). */
import { describe, expect, test } from "vitest";
import { buildConnectome } from "../../../src/connectome/connectome.js";
import { connectomeJson, recognitionGraphJson } from "../../../src/connectome/json.js";
import { instant, revocationRow, treatyRow, type ConnectomeRows } from "./snapshots.js";

const NOW = instant("2026-10-02T00:00:00Z");

function view(rows: Partial<ConnectomeRows>, now = NOW): unknown {
  return JSON.parse(
    connectomeJson(buildConnectome({ treaties: [], importedRevocations: [], ...rows }, now)),
  );
}

describe("connectome", () => {
  test("of nothing is empty lists and zeros", () => {
    expect(view({})).toEqual({
      summary: {
        sovereign_count: 0,
        recognition_edge_count: 0,
        active_edge_count: 0,
        revoked_edge_count: 0,
        revoked_trust_material_count: 0,
        imported_revocation_count: 0,
      },
      sovereigns: [],
      recognition_edges: [],
      active_treaties: [],
      revoked_trust_material: [],
      revocation_blast_radius: [],
    });
  });

  test("lists one treaty as two sovereigns, an edge and an active treaty", () => {
    expect(view({ treaties: [treatyRow({ id: "t1", issuer: "B", subject: "A" })] })).toMatchObject({
      summary: {
        sovereign_count: 2,
        recognition_edge_count: 1,
        active_edge_count: 1,
        revoked_edge_count: 0,
      },
      sovereigns: [{ sovereign_id: "A" }, { sovereign_id: "B" }],
      recognition_edges: [
        {
          from: "B",
          to: "A",
          treaty_id: "t1",
          status: "active",
          lifecycle_state: "active",
          expiry_risk: "low",
          valid_from: "2026-10-01T00:00:00+00:00",
          expires_at: "2026-10-31T00:00:00+00:00",
        },
      ],
      active_treaties: [{ treaty_id: "t1" }],
      revoked_trust_material: [],
    });
  });

  test("tells revoked from replaced, and keeps both out of the active treaties", () => {
    const revokedAt = "2026-10-01T12:00:00+00:00";
    const treaties = [
      treatyRow({
        id: "t1",
        issuer: "A",
        subject: "B",
        status: "revoked",
        revokedAt,
        reason: "relationship_ended",
      }),
      treatyRow({
        id: "t2",
        issuer: "A",
        subject: "C",
        status: "revoked",
        revokedAt,
        reason: "replaced_by:t3",
      }),
      treatyRow({ id: "t3", issuer: "A", subject: "C" }),
    ];
    expect(view({ treaties })).toMatchObject({
      summary: { active_edge_count: 1, revoked_edge_count: 2, revoked_trust_material_count: 2 },
      active_treaties: [{ treaty_id: "t3" }],
      revoked_trust_material: [
        {
          type: "recognition_treaty",
          id: "t1",
          lifecycle_state: "revoked",
          reason: "relationship_ended",
          revoked_at: revokedAt,
        },
        {
          type: "recognition_treaty",
          id: "t2",
          lifecycle_state: "replaced",
          reason: "replaced_by:t3",
          revoked_at: revokedAt,
        },
      ],
    });
  });

  test("counts a suspended treaty among the active treaties and not among the active edges, as the reference does", () => {
    expect(
      view({ treaties: [treatyRow({ id: "t1", issuer: "A", subject: "B", status: "suspended" })] }),
    ).toMatchObject({
      summary: { recognition_edge_count: 1, active_edge_count: 0, revoked_edge_count: 0 },
      active_treaties: [{ treaty_id: "t1" }],
    });
  });

  test("drops an expired treaty from the active ones and does not call it revoked", () => {
    const treaties = [treatyRow({ id: "t1", issuer: "A", subject: "B" })];
    expect(view({ treaties }, instant("2026-11-01T00:00:00Z"))).toMatchObject({
      summary: {
        recognition_edge_count: 1,
        active_edge_count: 0,
        revoked_edge_count: 0,
        revoked_trust_material_count: 0,
      },
      recognition_edges: [{ lifecycle_state: "expired", expiry_risk: "expired" }],
      active_treaties: [],
    });
  });

  test("names whom an imported revocation affects: who recognises its issuer by an active edge", () => {
    const treaties = [
      treatyRow({ id: "t1", issuer: "C", subject: "X" }),
      treatyRow({ id: "t2", issuer: "A", subject: "X" }),
      treatyRow({ id: "t3", issuer: "A", subject: "X" }),
      treatyRow({ id: "t4", issuer: "D", subject: "X", status: "revoked", reason: "ended" }),
      treatyRow({ id: "t5", issuer: "X", subject: "E" }),
    ];
    const importedRevocations = [
      revocationRow({ issuer: "X", attestationId: "a2", reason: "left" }),
      revocationRow({ issuer: "Y", attestationId: "a1", sequence: 7, feedId: "feed-2" }),
    ];
    expect(view({ treaties, importedRevocations })).toMatchObject({
      summary: { imported_revocation_count: 2, revoked_trust_material_count: 3 },
      revocation_blast_radius: [
        {
          type: "membership_attestation",
          id: "a1",
          issuer_sovereign_id: "Y",
          affected_accepting_sovereigns: [],
          feed_id: "feed-2",
          sequence: 7,
          reason: null,
          revoked_at: "2026-10-02T00:00:00+00:00",
        },
        {
          id: "a2",
          issuer_sovereign_id: "X",
          affected_accepting_sovereigns: ["A", "C"],
          reason: "left",
        },
      ],
    });
  });

  test("sorts edges by (from, to, treaty id), active treaties by issue, material by (type, id)", () => {
    const treaties = [
      treatyRow({ id: "t1", issuer: "B", subject: "A", issuedAt: "2026-10-01T00:00:02+00:00" }),
      treatyRow({
        id: "t2",
        issuer: "A",
        subject: "C",
        issuedAt: "2026-10-01T00:00:01.500000+00:00",
      }),
      treatyRow({ id: "t3", issuer: "A", subject: "B", issuedAt: "2026-10-01T00:00:01+00:00" }),
      treatyRow({ id: "t4", issuer: "A", subject: "B", issuedAt: "2026-10-01T00:00:01+00:00" }),
      treatyRow({ id: "t0", issuer: "A", subject: "D", status: "revoked", reason: "ended" }),
    ];
    const importedRevocations = [
      revocationRow({ issuer: "C", attestationId: "z" }),
      revocationRow({ issuer: "D", attestationId: "y" }),
    ];
    expect(view({ treaties, importedRevocations })).toMatchObject({
      recognition_edges: ["t3", "t4", "t2", "t0", "t1"].map((treaty_id) => ({ treaty_id })),
      active_treaties: ["t3", "t4", "t2", "t1"].map((treaty_id) => ({ treaty_id })),
      revoked_trust_material: [{ id: "y" }, { id: "z" }, { id: "t0" }],
    });
  });

  test("sorts sovereigns by code point, not by UTF-16 unit", () => {
    const treaties = [treatyRow({ id: "t1", issuer: "\u{1F600}", subject: "\uE000" })];
    expect(view({ treaties })).toMatchObject({
      sovereigns: [{ sovereign_id: "\uE000" }, { sovereign_id: "\u{1F600}" }],
    });
  });

  test("gives a stored treaty as the text it was signed as", () => {
    const json = '{"metadata":{"weight":1.0},"treaty_id":"t1"}';
    const connectome = buildConnectome(
      {
        treaties: [treatyRow({ id: "t1", issuer: "A", subject: "B", json })],
        importedRevocations: [],
      },
      NOW,
    );
    expect(connectomeJson(connectome)).toContain(`"active_treaties":[${json}]`);
    expect(recognitionGraphJson(connectome)).toContain(`"active_treaties":[${json}]`);
  });

  test("the recognition graph is the connectome without summary and blast radius", () => {
    const rows = {
      treaties: [treatyRow({ id: "t1", issuer: "A", subject: "B" })],
      importedRevocations: [revocationRow({ issuer: "B", attestationId: "a1" })],
    };
    const connectome = buildConnectome(rows, NOW);
    const { summary, revocation_blast_radius, ...graph } = JSON.parse(connectomeJson(connectome));
    expect(summary).toBeDefined();
    expect(revocation_blast_radius).toHaveLength(1);
    expect(JSON.parse(recognitionGraphJson(connectome))).toEqual(graph);
  });
});
