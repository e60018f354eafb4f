/** Whether a client already holds the representation (RFC 9110 13.1.2). */
import { expect, test } from "vitest";
import { matchesEtag } from "../../../src/http/if-none-match.js";

const ETAG = '"abc123"';

test.each([
  ETAG,
  "*",
  " * ",
  `W/${ETAG}`,
  `"other", ${ETAG}`,
  `W/"other" ,W/${ETAG}, "x"`,
  `"a,b",${ETAG}`,
])("If-None-Match %j matches", (header) => expect(matchesEtag(header, ETAG)).toBe(true));

test.each(["", '""', '"abc12"', "abc123", '"abc123', '"ABC123"', '"x*"', '"a abc123 b"', "W/*"])(
  "If-None-Match %j does not match",
  (header) => expect(matchesEtag(header, ETAG)).toBe(false),
);
