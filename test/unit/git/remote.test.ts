import fc from "fast-check";
import { expect, test } from "vitest";
import { AppError } from "../../../src/errors.js";
import { parseRemote } from "../../../src/git/remote.js";

test.each([
  "https://git.example.org/team/trust.git",
  "https://git.example.org:8443/team/trust",
  "https://127.0.0.1:8443/a",
  "https://[::1]:8443/a%20b/~c",
  "ssh://git@git.example.org/team/trust.git",
  "ssh://git.example.org:2222/~git/trust",
  "git@git.example.org:team/trust.git",
  "git.example.org:/srv/trust.git",
  "git@[::1]:trust.git",
])("takes %s as it is", (repo) => {
  expect(parseRemote(repo)?.address).toBe(repo);
});

test.each(["/srv/trust.git", "trust", "./git@host:path", "../a b", "a/ext::b", "C/x:y", "é"])(
  "takes %s for a path",
  (repo) => {
    expect(parseRemote(repo)).toBeNull();
  },
);

test("tells https from ssh", () => {
  expect(parseRemote("https://host/a")?.transport).toBe("https");
  expect(parseRemote("ssh://host/a")?.transport).toBe("ssh");
  expect(parseRemote("host:a")?.transport).toBe("ssh");
});

test.each([
  "ext::sh -c id",
  "fd::7",
  "https::https://host/a",
  "file:///etc",
  "file:/etc",
  "http://host/a",
  "HTTP://host/a",
  "git://host/a",
  "ftp://host/a",
  "git+ssh://host/a",
  "HTTPS://host/a",
])("does not allow the transport of %s", (repo) => {
  expect(() => parseRemote(repo)).toThrow(
    expect.objectContaining({ code: "transport_not_allowed" }),
  );
});

test.each([
  "",
  "-",
  "--upload-pack=touch /tmp/x",
  "-oProxyCommand=id:path",
  "https://user:hunter2@host/a",
  "https://hunter2@host/a",
  "https://:hunter2@host/a",
  "ssh://user:hunter2@host/a",
  "user:hunter2@host:a",
  "user@x:hunter2@host:a",
  "ssh://a@hunter2@host/a",
  "https://host/a\r",
  "https://host/a\nhunter2",
  "https://host/a%0ahunter2",
  "https://host/%0D%0A",
  "https://host%0a.example.org/a",
  "https://host/%7f",
  "https://host/a%",
  "https://host/a%zz",
  "https://host/a?token=hunter2",
  "https://host/a#hunter2",
  "https://host\\@evil/a",
  "https:///a",
  "https://",
  "https://host",
  "https://host/",
  "https://-host/a",
  "https://:443/a",
  "https://host:/a",
  "https://host:0/a",
  "https://host:65536/a",
  "https://host:1:2/a",
  "https://[::1/a",
  "https://[::1]x/a",
  "https://ho%73t/a",
  "ssh://-oProxyCommand=id/a",
  "ssh://-x@host/a",
  "ssh://@host/a",
  "git@-host:a",
  "git@:a",
  ":a",
  "host:",
  "host:-a",
  "host:a b",
  "ho$t:a",
  "/srv/a\0b",
  `https://host/${"a".repeat(3000)}`,
])("refuses %j without repeating it", (repo) => {
  const refusal = refusalOf(repo);
  expect(refusal?.code).toBe("bad_remote");
  expect(refusal?.message + JSON.stringify(refusal?.details)).not.toContain("hunter2");
});

test("no address that is taken holds a password, an option or a control character", () => {
  const piece = fc.constantFrom(
    "https://",
    "ssh://",
    "a",
    ":",
    "@",
    "/",
    "-",
    "%0a",
    "[::1]",
    "\n",
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 9 }), (pieces) => {
      const repo = pieces.join("");
      if (refusalOf(repo) !== null) return;
      const address = parseRemote(repo)?.address ?? "";
      expect(address).not.toMatch(/^-|\p{Cc}|%0a|^https:\/\/[^/]*@/u);
      expect(address).not.toMatch(/:\/\/[^/@]*:[^/@]*@/);
    }),
    { numRuns: 2000 },
  );
});

function refusalOf(repo: string): AppError | null {
  try {
    parseRemote(repo);
    return null;
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
}
