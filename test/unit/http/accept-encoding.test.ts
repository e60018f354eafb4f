/** The content coding of an answer (RFC 9110 12.5.3). */
import { expect, test } from "vitest";
import { negotiateCoding } from "../../../src/http/accept-encoding.js";

test.each([
  [undefined, "identity"],
  ["", "identity"],
  ["gzip", "gzip"],
  ["gzip, br", "br"],
  ["br;q=0.5, gzip;q=0.8", "gzip"],
  ["br;q=0, gzip", "gzip"],
  ["gzip;q=0.001", "gzip"],
  ["identity, gzip;q=0.5", "identity"],
  ["*", "br"],
  ["*;q=0.5, gzip", "gzip"],
  ["br;q=0, *", "gzip"],
  ["*;q=0", "identity"],
  ["identity;q=0, *;q=0", "identity"],
  ["GZIP ; Q=1", "gzip"],
  ["x-gzip", "gzip"],
  ["deflate, zstd", "identity"],
  ["gzip;q=2, br;q=high", "identity"],
  ["gzip;q=0.12345", "identity"],
  [", ,gzip,", "gzip"],
])("Accept-Encoding %j is answered in %s", (header, coding) => {
  expect(negotiateCoding(header)).toBe(coding);
});
