import { describe, expect, test } from "vitest";
import { keyOf } from "../helpers/keys.js";
import { Ours } from "./our-authority.js";
import { isMissing } from "./reference.js";
import { ReferenceAuthority } from "./reference-authority.js";

const ALLOWED = "interval: 1d\nadminGrants: allow\n";

interface Row {
  readonly treaty: unknown;
}

describe.skipIf(isMissing)("the reference's workflows between its authority and ours", () => {
  test("federation bootstrap: our treaty is for git, unless grants are allowed", async () => {
    const globex = await ReferenceAuthority.start("HOOLI");
    for (const [settings, code] of [
      ["interval: 1d\n", 1],
      [ALLOWED, 0],
    ] as const) {
      const ours = await Ours.start(settings);
      const parties = ["--acceptor", ours.service.address, "--issuer", globex.address];
      const [, , ...operator] = ours.as("alpha");
      const ended = await ours.command(
        "federation",
        "bootstrap",
        ...parties,
        ...operator,
        "--role",
        "role:client",
        "--yes",
      );
      expect(ended).toMatchObject({ code });
      expect(await ours.rows("--subject-sovereign-id", "HOOLI")).toHaveLength(code === 0 ? 1 : 0);
      if (code === 1) expect(ended.stderr).toContain("managed_by_git");
    }
  });

  test("attestation verify-with-treaty and treaty import-feed --from, with an attestation of the reference", async () => {
    const hooli = await ReferenceAuthority.start("HOOLI");
    const ours = await Ours.start(ALLOWED);
    const parties = ["--acceptor", ours.service.address, "--issuer", hooli.address];
    const [, , ...operator] = ours.as("alpha");
    const recognise = [...parties, ...operator, "--role", "role:client", "--yes"];
    expect(await ours.command("federation", "bootstrap", ...recognise)).toMatchObject({ code: 0 });
    const [row] = await ours.rows("--subject-sovereign-id", "HOOLI");
    const id = await hooli.attest("member");
    const { attestation } = await hooli.get<{ attestation: unknown }>(`/attestations/${id}`);
    const attestationFile = ours.file("attestation.json", JSON.stringify(attestation));
    const treatyFile = ours.file("treaty.json", JSON.stringify((row as Row).treaty));
    const documents = ["--attestation", attestationFile, "--treaty", treatyFile];
    const verify = async () =>
      await ours.command("attestation", "verify-with-treaty", ...ours.na, ...documents);
    const accepted = await verify();
    expect(accepted).toMatchObject({ code: 0 });
    expect(JSON.parse(accepted.stdout)).toMatchObject({ accepted: true, reason: "accepted" });

    await hooli.succeed(["attestation", "revoke", ...hooli.asOperator, id]);
    const from = ["--from", hooli.address];
    expect(await ours.json("treaty", "import-feed", ...ours.as("alpha"), ...from)).toMatchObject({
      accepted: true,
      revoked_count: 1,
    });
    const refused = await verify();
    expect(refused).toMatchObject({ code: 1 });
    expect(JSON.parse(refused.stdout)).toMatchObject({ reason: "attestation_locally_revoked" });
  });

  test.each(["acceptor", "issuer"] as const)("proof remote, ours as the %s", async (part) => {
    const hooli = await ReferenceAuthority.start("HOOLI");
    const ours = await Ours.start(ALLOWED);
    const [, , , key = ""] = ours.as("alpha");
    const other = part === "acceptor" ? "issuer" : "acceptor";
    const bundle = ours.file("proof.json");
    const parties = [`--${part}`, ours.service.address, `--${other}`, hooli.address];
    const ourOperator = [`--${part}-operator-key`, key, `--${part}-operator-key-id`, "alpha"];
    const their = [`--${other}-operator-key`, hooli.operatorKey];
    const theirOperator = [...their, `--${other}-operator-key-id`, "operator-local"];
    const operators = [...ourOperator, ...theirOperator];
    // Its default is a word that is no key, and ours issues for keys only.
    const subject = ["--subject-public-key", keyOf("member").publicKey];
    const proof = ["--role", "role:client", "--proof-bundle", bundle, ...subject];
    const ended = await ours.command("proof", "remote", ...parties, ...operators, ...proof);
    expect(ended.stderr).toBe("");
    expect(ended).toMatchObject({ code: 0 });
    expect(await ours.command("proof", "inspect", "--proof-bundle", bundle)).toMatchObject({
      code: 0,
    });
  });
});
