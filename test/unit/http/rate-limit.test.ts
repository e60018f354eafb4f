import { describe, expect, test } from "vitest";
import { addressKey, isLoopback } from "../../../src/http/client-address.js";
import { RateLimit } from "../../../src/http/rate-limit.js";
import type { Instant } from "../../../src/model/time.js";
import { instantFromMillis } from "../../../src/protocol/instant.js";
import { expectError } from "../../helpers/state.js";

const at = (seconds: number): Instant => instantFromMillis(1_000_000_000 + seconds * 1000);

describe("a limit", () => {
  const spend = (limit: RateLimit, address: string, seconds: number): boolean => {
    try {
      limit.take(address, at(seconds));
      return true;
    } catch {
      return false;
    }
  };

  test("counts a minute from the first request on", () => {
    const limit = new RateLimit(2);
    expect([0, 59, 59.9, 60].map((second) => spend(limit, "a", second))).toEqual([
      true,
      true,
      false,
      true,
    ]);
    expect(spend(limit, "b", 59)).toBe(true);
  });

  test("says what it is", () => {
    const limit = new RateLimit(1);
    limit.take("a", at(0));
    expectError("rate_limit_exceeded", () => limit.take("a", at(0)));
  });

  test("keeps nobody out for longer when the clock is set back", () => {
    const limit = new RateLimit(1);
    expect(spend(limit, "a", 3600)).toBe(true);
    expect(spend(limit, "a", 3601)).toBe(false);
    expect(spend(limit, "a", 0)).toBe(true);
  });

  test("remembers so many addresses, and forgets the one that came first", () => {
    const limit = new RateLimit(1);
    for (let index = 0; index < 10_000; index += 1) spend(limit, `a${index}`, 0);
    expect(spend(limit, "a0", 0)).toBe(false);
    spend(limit, "one more", 0);
    expect(spend(limit, "a0", 0)).toBe(true);
    expect(spend(limit, "a9999", 0)).toBe(false);
  });
});

describe("an address", () => {
  test.each([
    ["192.0.2.1", "192.0.2.1"],
    ["::ffff:192.0.2.1", "192.0.2.1"],
    ["::FFFF:192.0.2.1", "192.0.2.1"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"],
    ["2001:DB8:0001:0002::6", "2001:db8:1:2::/64"],
    ["2001:db8::1", "2001:db8:0:0::/64"],
    ["fe80::1%eth0", "fe80:0:0:0::/64"],
    ["::1", "0:0:0:0::/64"],
    ["::", "0:0:0:0::/64"],
    ["", "unknown"],
    ["'; DROP", "unknown"],
    ["256.1.1.1", "unknown"],
  ])("%j counts as %j", (address, key) => {
    expect(addressKey(address)).toBe(key);
  });

  test("of this machine is known as one", () => {
    for (const address of ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"])
      expect(isLoopback(addressKey(address))).toBe(true);
    for (const address of ["10.0.0.1", "128.0.0.1", "2001:db8::1", "127.0.0.1.evil"])
      expect(isLoopback(addressKey(address))).toBe(false);
  });
});
