import { describe, expect, test } from "vitest";
import { signCheckpoint } from "../../../../src/protocol/log/checkpoint.js";
import { inclusionProof } from "../../../../src/protocol/log/merkle.js";
import { formatProof, parseProof } from "../../../../src/protocol/log/tlog-proof.js";
import { keyOf } from "../../../helpers/keys.js";
import { numberedLog } from "../../../helpers/memory-log.js";
import { codeOf } from "../expectations.js";

const log = numberedLog(5);
const checkpoint = signCheckpoint(
  { size: 5, root: log.roots[5] ?? new Uint8Array() },
  "NORTH/audit",
  keyOf("north"),
);
const proof = {
  index: 3,
  extra: Buffer.from("entry 3"),
  hashes: inclusionProof(3, 5, log.read),
  checkpoint,
};
const text = formatProof(proof);

describe("parseProof", () => {
  test("reads what was written", () => {
    expect(parseProof(text)).toEqual(proof);
    expect(parseProof(formatProof({ ...proof, extra: null })).extra).toBeNull();
    expect(parseProof(formatProof({ ...proof, index: 0, hashes: [] })).hashes).toEqual([]);
  });

  test("is written as the specification shows it", () => {
    expect(text.split("\n").slice(0, 3)).toEqual([
      "c2sp.org/tlog-proof@v1",
      "extra ZW50cnkgMw==",
      "index 3",
    ]);
    expect(text.endsWith(`=\n\n${checkpoint}`)).toBe(true);
  });

  test.each([
    { why: "nothing", changed: "" },
    { why: "another first line", changed: text.replace("@v1", "@v2") },
    { why: "no index", changed: text.replace("index 3\n", "") },
    { why: "an index with a leading zero", changed: text.replace("index 3", "index 03") },
    { why: "a negative index", changed: text.replace("index 3", "index -3") },
    { why: "two indexes", changed: text.replace("index 3", "index 3\nindex 3") },
    {
      why: "an index before the extra line",
      changed: text.replace(/(extra .*)\n(index 3)/, "$2\n$1"),
    },
    { why: "an extra line that is not base64", changed: text.replace("ZW50", "ZW5!") },
    { why: "an empty extra line", changed: text.replace("ZW50cnkgMw==", "") },
    { why: "a short hash", changed: text.replace("=\n\n", "\n\n") },
    { why: "CRLF", changed: text.replaceAll("\n", "\r\n") },
    { why: "no checkpoint", changed: text.slice(0, text.indexOf("\n\n")) },
    {
      why: "64 hashes",
      changed: formatProof({
        ...proof,
        hashes: Array.from({ length: 64 }, () => Buffer.alloc(32)),
      }),
    },
  ])("refuses $why", ({ changed }) => {
    expect(codeOf(() => parseProof(changed))).toBe("bad_proof");
  });
});
