/** Admin requests to a controller that follows a repository: what the next pass makes of them, and what they wait for. */
import { expect, test } from "vitest";
import type { AdminAction, AdminRequest } from "../../src/model/admin.js";
import type { JsonObject } from "../../src/model/json.js";
import { JsonFloat } from "../../src/model/json.js";
import { openSource, type Source } from "../../src/git/source.js";
import { fromInstant } from "../../src/protocol/instant.js";
import { isJsonObject } from "../../src/protocol/json.js";
import { follow, type Followed } from "../helpers/followed.js";
import { keyOf } from "../helpers/keys.js";
import { treatyYaml, TrustRepository } from "../helpers/trust-repository.js";

let requests = 0;

function request(followed: Followed, action: AdminAction): AdminRequest {
  return {
    caller: {
      keyId: "operator-root",
      publicKey: keyOf("operator root").publicKey,
      nonce: `nonce-${(requests += 1)}`,
      requestedAt: fromInstant(followed.clock.now()),
      signatureVersion: 2,
      remoteAddress: "192.0.2.1",
    },
    action,
    requiredTier: "privileged",
  };
}

const revocation = (treatyId: string): AdminAction => {
  return { action: "revoke_treaty", treatyId, reason: "INC-9" };
};

const GRANT: AdminAction = {
  action: "issue_treaty",
  subjectSovereignId: "INITECH",
  subjectPublicKeys: [keyOf("sovereign initech").publicKey],
  scope: { allowed_roles: ["role:client"], claims: { weight: new JsonFloat(1) } },
  validityHours: 24,
  metadata: {},
};

/** A controller that has settled on one treaty, with its id. */
async function settled(
  more: Parameters<typeof follow>[1] = {},
): Promise<{ readonly followed: Followed; readonly id: string; readonly repo: TrustRepository }> {
  const repo = new TrustRepository({ "treaties/globex.yaml": treatyYaml("globex") });
  const followed = await follow(repo, more);
  await followed.pass();
  await followed.pass();
  return { followed, id: followed.snapshot.treaties[0]?.id ?? "", repo };
}

test("a revoked treaty is committed before the answer, and the next pass builds and keeps it", async () => {
  const { followed, id } = await settled();
  const answer = await followed.controller.admin(request(followed, revocation(id)));
  expect(answer.body).toMatchObject({ treaty_id: id, status: "revoked" });
  expect(followed.writer.treaty(id)).toMatchObject({ status: "revoked" });
  await followed.pass();
  expect(followed.published.at(-1)).toBe(followed.writer.generation());
  expect(followed.audit("drift_detected")).toMatchObject([
    { details: { class: "revoked_out_of_band", id } },
  ]);
  expect(followed.audit("drift_resolved")).toMatchObject([{ details: { id, resolution: "kept" } }]);
  // Not after further passes, nor when other files change, nor after days.
  for (let round = 0; round < 3; round += 1) {
    followed.clock.pass(86_400);
    expect((await followed.pass()).outcome).not.toBe("applied");
  }
  expect(followed.snapshot.treaties).toMatchObject([{ id, status: "revoked", reason: "INC-9" }]);
});

test("another commit does not bring the revoked treaty back", async () => {
  const { followed, id, repo } = await settled();
  await followed.controller.admin(request(followed, revocation(id)));
  repo.commit({ "treaties/initech.yaml": treatyYaml("initech") });
  expect((await followed.pass()).outcome).toBe("applied");
  const { treaties } = followed.snapshot;
  expect(treaties.find((row) => row.id === id)?.status).toBe("revoked");
  expect(treaties.filter((row) => row.subject === "GLOBEX")).toHaveLength(1);
});

test("an allowed grant is unmanaged drift, which stays", async () => {
  const { followed } = await settled({ ports: { adminGrants: "allow" } });
  const { body } = await followed.controller.admin(request(followed, GRANT));
  const id = isJsonObject(body) ? body["treaty_id"] : null;
  await followed.pass();
  await followed.pass();
  expect(followed.audit("drift_detected")).toMatchObject([{ details: { class: "unmanaged", id } }]);
  expect((await followed.status()).drift).toMatchObject([{ class: "unmanaged", id }]);
  expect(followed.snapshot.treaties.map((row) => row.status)).toEqual(["active", "active"]);
});

test("a grant is refused with the file that would say it, and publishes nothing", async () => {
  const { followed } = await settled();
  const published = followed.published.length;
  await expect(followed.controller.admin(request(followed, GRANT))).rejects.toMatchObject({
    code: "managed_by_git",
    details: { file: "treaties/initech.yaml", resource: "RecognitionTreaty/initech" },
  });
  expect(followed.published).toHaveLength(published);
});

test("a request is done while the controller is suspended", async () => {
  const { followed, id } = await settled();
  await followed.controller.suspend({ by: "ana@desk", reason: "INC-9", until: null });
  await followed.controller.admin(request(followed, revocation(id)));
  expect(followed.snapshot.treaties).toMatchObject([{ status: "revoked" }]);
  expect((await followed.pass()).outcome).toBe("suspended");
});

test("a request is done while a pass hangs in its fetch", async () => {
  const hanging = Promise.withResolvers<void>();
  const reached = Promise.withResolvers<void>();
  let isHanging = false;
  const repo = new TrustRepository({ "treaties/globex.yaml": treatyYaml("globex") });
  const real = await openSource({ repo: repo.dir, ref: null, mirror: "" });
  const source: Source = {
    display: real.display,
    isRemote: real.isRemote,
    head: async () => {
      if (isHanging) {
        reached.resolve();
        await hanging.promise;
      }
      return await real.head();
    },
    files: async (tree) => await real.files(tree),
    read: async (blobs) => await real.read(blobs),
    isAncestor: async (ancestor, commit) => await real.isAncestor(ancestor, commit),
    watch: async (onChange) => await real.watch(onChange),
    stop: async () => await real.stop(),
  };
  const followed = await follow(repo, { ports: { source } });
  await followed.pass();
  isHanging = true;
  const pass = followed.pass();
  await reached.promise;
  const [id = ""] = followed.snapshot.treaties.map((row) => row.id);
  await followed.controller.admin(request(followed, revocation(id)));
  expect(followed.snapshot.treaties).toMatchObject([{ status: "revoked" }]);
  hanging.resolve();
  await pass;
  expect(followed.snapshot.treaties).toMatchObject([{ status: "revoked" }]);
});

test("of one request that comes twice at once, one is done", async () => {
  const { followed, id } = await settled();
  const asked = request(followed, revocation(id));
  const answers = await Promise.allSettled([
    followed.controller.admin(asked),
    followed.controller.admin(asked),
  ]);
  expect(answers.map(({ status }) => status)).toEqual(["fulfilled", "rejected"]);
  expect(answers[1]).toMatchObject({ reason: { code: "nonce_replayed" } });
  expect(followed.audit("recognition_treaty_revoked")).toHaveLength(1);
});

test("what is to be recorded is recorded, and changes nothing else", async () => {
  const { followed } = await settled();
  const generation = followed.writer.generation();
  const details: JsonObject = { key_id: "missing", reason: "missing_headers" };
  await followed.controller.record([
    { type: "admin_auth_failed", details },
    { type: "admin_auth_throttled", details: { scope: "address" } },
  ]);
  await followed.controller.record([]);
  expect(followed.audit("admin_auth_failed")).toMatchObject([{ details }]);
  expect(followed.audit("admin_auth_throttled")).toHaveLength(1);
  expect(followed.writer.generation()).toBe(generation);
});
