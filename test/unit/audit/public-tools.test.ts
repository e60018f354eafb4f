/** What others can verify with code that is none of ours: Go's checksum database, OpenSSL, and the example in Python. */
import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { exportProofs } from "../../../src/audit/export-proofs.js";
import { proveEntry } from "../../../src/audit/prove.js";
import { encodeBase64 } from "../../../src/protocol/base64.js";
import { consistencyProof } from "../../../src/protocol/log/merkle.js";
import { parseNote } from "../../../src/protocol/log/note.js";
import { parseProof } from "../../../src/protocol/log/tlog-proof.js";
import { KEY, VKEY, auditedLog, revocations } from "../../helpers/audited.js";
import { temporaryFolder } from "../../helpers/git.js";

const log = auditedLog(revocations(23));
const checkpoint = log.head.checkpoint ?? "";
const proof = proveEntry(log.source, 13);
const leaf = encodeBase64(parseProof(proof).extra ?? Buffer.alloc(0));

/** Runs a program; its output, or why there is none. */
function output(command: string, args: readonly string[], input = "", cwd = "."): string {
  const { error, stdout, stderr } = spawnSync(command, args, { input, cwd, encoding: "utf8" });
  return error === undefined ? stdout + stderr : error.message;
}

/** The text with the last letter or digit before `end` changed. */
function changed(text: string, end: number): string {
  const place = text.slice(0, end).search(/[0-9A-Za-z][^0-9A-Za-z]*$/);
  return `${text.slice(0, place)}${text[place] === "A" ? "B" : "A"}${text.slice(place + 1)}`;
}

describe("golang.org/x/mod/sumdb", () => {
  const folder = mkdtempSync(join(tmpdir(), "concordat-go-"));
  const program = join(folder, "verify");
  let missing: string | null = null;

  beforeAll(() => {
    cpSync(join(import.meta.dirname, "go"), folder, { recursive: true });
    const built = spawnSync("go", ["build", "-o", program, "."], {
      cwd: folder,
      encoding: "utf8",
      env: { ...process.env, GOTOOLCHAIN: "local" },
    });
    if (built.error !== undefined) missing = "Go is not installed here";
    else if (built.status !== 0) missing = `Go's module is not to be had here: ${built.stderr}`;
  }, 300_000);

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test("opens our checkpoint, and none that is changed", ({ skip }) => {
    if (missing !== null) skip(missing);
    expect(output(program, ["note", VKEY], checkpoint)).toBe("VERIFIED\n");
    const root = checkpoint.indexOf("\n\n");
    for (const end of [root, root - 45, checkpoint.length - 3])
      expect(output(program, ["note", VKEY], changed(checkpoint, end))).toMatch(/^REFUSED/);
  });

  test("accepts our proof of an entry, and none that is changed", ({ skip }) => {
    if (missing !== null) skip(missing);
    expect(output(program, ["record", leaf, VKEY], proof)).toBe("VERIFIED\n");
    const other = Buffer.from(leaf, "base64").toString().replace("treaty-13", "treaty-14");
    const altered = Buffer.from(other).toString("base64");
    expect(output(program, ["record", altered, VKEY], proof)).toMatch(/^REFUSED/);
    const index = proof.replace("index 13", "index 12");
    expect(output(program, ["record", leaf, VKEY], index)).toMatch(/^REFUSED/);
    for (const line of proof.split("\n").slice(3, 8)) {
      const end = proof.indexOf(line) + 10;
      expect(output(program, ["record", leaf, VKEY], changed(proof, end))).toMatch(/^REFUSED/);
    }
  });

  test("accepts our proof that the log only grew, and none that is changed", ({ skip }) => {
    if (missing !== null) skip(missing);
    const old = auditedLog(revocations(9)).head.checkpoint ?? "";
    const steps = consistencyProof(9, 23, log.source.hashes).map(encodeBase64);
    expect(output(program, ["tree", old, checkpoint, VKEY, ...steps])).toBe("VERIFIED\n");
    for (let i = 0; i < steps.length; i++) {
      const bad = steps.with(i, changed(steps[i] ?? "", 10));
      expect(output(program, ["tree", old, checkpoint, VKEY, ...bad])).toMatch(/^REFUSED/);
    }
    const other = auditedLog(revocations(8)).head.checkpoint ?? "";
    expect(output(program, ["tree", other, checkpoint, VKEY, ...steps])).toMatch(/^REFUSED/);
  });
});

describe("openssl pkeyutl", () => {
  const { text, signatures } = parseNote(checkpoint);

  function verify(message: string): string {
    const folder = temporaryFolder();
    const key = Buffer.concat([
      // RFC 8410 section 4: everything before the key in its SubjectPublicKeyInfo.
      Buffer.from("302a300506032b6570032100", "hex"),
      Buffer.from(KEY.publicKey, "base64"),
    ]);
    writeFileSync(join(folder, "key"), key);
    writeFileSync(join(folder, "text"), message);
    writeFileSync(join(folder, "signature"), signatures[0]?.signature ?? "");
    const files = "-pubin -inkey key -keyform DER -in text -sigfile signature".split(" ");
    return output("openssl", ["pkeyutl", "-verify", "-rawin", ...files], "", folder);
  }

  test("verifies the checkpoint's text, and no other", ({ skip }) => {
    const version = /^OpenSSL ([0-9]+)\./.exec(output("openssl", ["version"]))?.[1] ?? "0";
    if (Number(version) < 3) skip("there is no OpenSSL 3 here");
    expect(verify(text)).toContain("Signature Verified Successfully");
    expect(verify(changed(text, text.length))).toContain("Signature Verification Failure");
  });
});

describe("examples/verify", () => {
  const script = join(import.meta.dirname, "../../../examples/verify/verify.py");
  const missing = output("python3", ["--version"]).startsWith("Python 3")
    ? null
    : "there is no Python 3 here";
  const whole = exported({});
  const part = exported({ since: "2026-11-23T00:00:20Z" });

  function exported(filter: { readonly since?: string }): string {
    const hidden = new Set(["by"]);
    return [...exportProofs(log.source, { key: KEY.publicKey, filter, hidden })].join("");
  }

  function judge(text: string, vkey = VKEY): string {
    const file = join(temporaryFolder(), "file");
    writeFileSync(file, text);
    return output("python3", [script, file, vkey]);
  }

  test("accepts our exports and proofs", ({ skip }) => {
    if (missing !== null) skip(missing);
    expect(judge(whole)).toBe("VERIFIED 23 entries of NORTH/audit, 23 in all\n");
    expect(judge(part)).toBe("VERIFIED 3 entries of NORTH/audit, 23 in all\n");
    expect(judge(proof)).toMatch(/^VERIFIED entry 13 of 23: recognition_treaty_revoked/);
  });

  test("is under 150 lines and needs nothing", ({ skip }) => {
    if (missing !== null) skip(missing);
    const code = "import sys; print(sum(1 for _ in open(sys.argv[1])))";
    expect(Number(output("python3", ["-c", code, script]))).toBeLessThan(150);
    expect(output("python3", ["-I", "-S", script, "nowhere", VKEY])).toMatch(/^REFUSED/);
  });

  test("names the member of an entry that is changed", ({ skip }) => {
    if (missing !== null) skip(missing);
    const entry = whole.indexOf('"i":13');
    const reasons: readonly (readonly [place: number, reason: RegExp])[] = [
      [whole.indexOf('"leaf":"', entry) + 60, /entry 13: /],
      [whole.lastIndexOf('"hash":"', entry) + 20, /entry 13: the leaf and its hash disagree/],
      [whole.lastIndexOf('"salt":"', entry) + 20, /entry 13: reason is not what was committed to/],
      [whole.lastIndexOf('"value":"', entry) + 12, /entry 13: reason is not what was committed to/],
      [entry + 6, /entry 13: /],
      [whole.indexOf("NORTH/audit\\n") + 30, /signature|vkey|checkpoint/],
      [whole.length - 100, /footer|JSON/],
    ];
    for (const [place, reason] of reasons) {
      const said = judge(changed(whole, place));
      expect(said, String(place)).toMatch(/^REFUSED/);
      expect(said, String(place)).toMatch(reason);
    }
    const step = part.indexOf('"proof":["') + 20;
    expect(judge(changed(part, step))).toMatch(/entry 20: the proof leads elsewhere/);
    expect(judge(changed(proof, proof.indexOf("index 13") + 20))).toMatch(/^REFUSED the proof/);
  });

  test("refuses any byte that is changed, any line that is missing, and another key", ({
    skip,
  }) => {
    if (missing !== null) skip(missing);
    const step = Math.ceil(part.length / 9);
    for (let place = 1; place < part.length; place += step)
      expect(judge(changed(part, place)), String(place)).toMatch(/^REFUSED/);
    const lines = whole.split(/(?<=\n)/);
    for (const index of [0, 12, lines.length - 1])
      expect(judge(lines.toSpliced(index, 1).join(""))).toMatch(/^REFUSED/);
    expect(judge(whole, VKEY.replace("NORTH", "SOUTH"))).toMatch(/^REFUSED/);
  });
});
