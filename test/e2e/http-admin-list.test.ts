/** The list of attestations, which is for operators. */
import { expect, test } from "vitest";
import { attestationYaml, codeIn, Scene } from "../helpers/admin.js";

interface List {
  readonly count: number;
  readonly attestations: readonly {
    readonly attestation: { readonly subject_id: string };
    readonly status: string;
  }[];
}

async function scene(): Promise<Scene> {
  return await Scene.start({ files: { "attestations/node-2.yaml": attestationYaml("node-2") } });
}

const subjects = ({ attestations }: List): readonly string[] =>
  attestations.map(({ attestation }) => attestation.subject_id).toSorted();

test.each(["operator-viewer", "operator-clerk", "operator-root"])(
  "%s sees every row",
  async (keyId) => {
    const asked = await scene();
    const response = await asked.list({}, { keyId });
    expect(response.statusCode).toBe(200);
    expect(response.headers).toMatchObject({ "cache-control": "no-store" });
    const list = response.json<List>();
    expect([list.count, subjects(list)]).toEqual([2, ["node-1", "node-2"]]);
    const id = asked.attestation;
    const row = await asked.served.json(`/attestations/${id}`);
    expect(list.attestations).toContainEqual(row);
  },
);

test.each<[Readonly<Record<string, readonly string[]>>, readonly string[]]>([
  [{ subject_id: ["node-2"] }, ["node-2"]],
  [{ subject_id: ["nobody"] }, []],
  [{ subject_id: ["node-1", "node-2"] }, ["node-1"]],
  [{ issuer_sovereign_id: ["ACME"] }, ["node-1", "node-2"]],
  [{ issuer_sovereign_id: ["HOOLI"] }, []],
  [{ status: ["revoked"] }, ["node-2"]],
  [{ status: ["active"], subject_id: [""] }, ["node-1"]],
  [{ status: ["odd"] }, []],
])("%j", async (query, expected) => {
  const asked = await scene();
  const { id = "" } =
    asked.followed.snapshot.attestations.find(({ subjectId }) => subjectId === "node-2") ?? {};
  await asked.ask(`/admin/attestations/${id}/revoke`);
  const list = (await asked.list(query)).json<List>();
  expect([list.count, subjects(list)]).toEqual([expected.length, expected]);
});

test("a filter that was not signed is refused", async () => {
  const asked = await scene();
  const response = await asked.list({}, { url: "/attestations?subject_id=node-1" });
  expect([response.statusCode, codeIn(response)]).toEqual([401, "admin_auth_failed"]);
});

test("a request for the list counts once", async () => {
  const asked = await scene();
  expect((await asked.list({}, { nonce: "one" })).statusCode).toBe(200);
  const again = await asked.list({}, { nonce: "one" });
  expect([again.statusCode, again.json<Partial<List>>().attestations]).toEqual([401, undefined]);
});

test("without a signature only the number is told", async () => {
  const asked = await scene();
  expect(await asked.served.json("/attestations")).toEqual({ count: 2 });
});
