import { describe, expect, test } from "vitest";
import { AddressRules } from "../../../src/feeds/address.js";
import { destinationOf } from "../../../src/feeds/destination.js";
import { expectError } from "../../helpers/state.js";

const PUBLIC_ONLY = new AddressRules([]);

describe("addresses that are refused", () => {
  test.each([
    ["unspecified", "0.0.0.0"],
    ["this network", "0.1.2.3"],
    ["private", "10.0.0.1"],
    ["private", "172.16.0.1"],
    ["private", "172.31.255.255"],
    ["private", "192.168.1.1"],
    ["carrier-grade NAT", "100.64.0.1"],
    ["carrier-grade NAT", "100.127.255.254"],
    ["loopback", "127.0.0.1"],
    ["loopback", "127.255.255.254"],
    ["link-local, where clouds keep their secrets", "169.254.169.254"],
    ["protocol assignments", "192.0.0.1"],
    ["documentation", "192.0.2.1"],
    ["documentation", "198.51.100.7"],
    ["documentation", "203.0.113.7"],
    ["6to4 relays", "192.88.99.1"],
    ["benchmarking", "198.18.0.1"],
    ["multicast", "224.0.0.1"],
    ["reserved", "240.0.0.1"],
    ["broadcast", "255.255.255.255"],
    ["unspecified", "::"],
    ["loopback", "::1"],
    ["loopback, in full", "0:0:0:0:0:0:0:1"],
    ["link-local", "fe80::1"],
    ["link-local with a zone", "fe80::1%eth0"],
    ["site-local", "fec0::1"],
    ["unique-local", "fc00::1"],
    ["unique-local", "fd12:3456:789a::1"],
    ["multicast", "ff02::1"],
    ["documentation", "2001:db8::1"],
    ["documentation", "3fff::1"],
    ["Teredo", "2001:0:4136:e378:8000:63bf:3fff:fdd2"],
    ["discard", "100::1"],
    ["not assigned", "4000::1"],
    ["mapped", "::ffff:10.0.0.1"],
    ["mapped, in hex", "::ffff:a00:1"],
    ["mapped loopback", "::ffff:127.0.0.1"],
    ["mapped, in full", "0000:0000:0000:0000:0000:ffff:7f00:0001"],
    ["compatible", "::10.0.0.1"],
    ["compatible and public", "::8.8.8.8"],
    ["NAT64", "64:ff9b::10.0.0.1"],
    ["NAT64", "64:ff9b::a9fe:a9fe"],
    ["NAT64 of a local network", "64:ff9b:1::8.8.8.8"],
    ["6to4", "2002:7f00:1::1"],
    ["6to4", "2002:c0a8:101::1"],
    ["nonsense", "example"],
    ["nonsense", ""],
  ])("%s: %s", (_what, address) => {
    expect(PUBLIC_ONLY.permits(address)).toBe(false);
  });
});

describe("addresses that are permitted", () => {
  test.each([
    "8.8.8.8",
    "100.63.255.255",
    "100.128.0.1",
    "172.15.255.255",
    "172.32.0.1",
    "192.0.1.1",
    "223.255.255.255",
    "2606:4700:4700::1111",
    "2a00:1450:4001:830::200e",
    "2001:200::1",
    "::ffff:8.8.8.8",
    "64:ff9b::8.8.8.8",
    "2002:808:808::1",
  ])("%s", (address) => {
    expect(PUBLIC_ONLY.permits(address)).toBe(true);
    expect(PUBLIC_ONLY.opens(address)).toBe(false);
  });
});

describe("opened ranges", () => {
  test("open what lies in them, in either spelling, and nothing beside", () => {
    const rules = new AddressRules(["10.1.0.0/16", "fd00::/8"]);
    expect(rules.permits("10.1.2.3")).toBe(true);
    expect(rules.permits("::ffff:10.1.2.3")).toBe(true);
    expect(rules.permits("fd00::1")).toBe(true);
    expect(rules.opens("10.1.2.3")).toBe(true);
    expect(rules.permits("10.2.0.1")).toBe(false);
    expect(rules.permits("fc00::1")).toBe(false);
    expect(rules.permits("64:ff9b::10.1.2.3")).toBe(false);
  });

  test.each([
    "10.0.0.1",
    "10.0.0.0/33",
    "10.0.0/8",
    "fd00::/129",
    "fe80::1%eth0/64",
    "10.0.0.0/8/8",
    "/8",
    "10.0.0.0/",
  ])("%j is no range", (range) => {
    expectError("bad_settings", () => new AddressRules([range]));
  });
});

describe("where a URL leads", () => {
  const none = async (): Promise<readonly string[]> => [];
  const to =
    (...addresses: string[]) =>
    async (): Promise<readonly string[]> =>
      addresses;

  test.each([
    "https://127.0.0.1/",
    "https://0x7f.1/",
    "https://2130706433/",
    "https://017700000001/",
    "https://127.1/",
    "https://127.0.0.1./",
    "https://[::1]/",
    "https://[::ffff:10.0.0.1]/",
    "https://[0:0:0:0:0:ffff:7f00:1]/",
    "https://169.254.169.254/latest/meta-data",
    "https://%31%32%37.0.0.1/",
    "https://①②⑦.0.0.1/",
  ])("%s is refused as the address it is", async (url) => {
    const destination = await destinationOf(url, PUBLIC_ONLY, to("8.8.8.8"));
    expect(destination).toEqual({ refusal: expect.stringContaining("not a public address") });
  });

  test("a name with one refused address among others is refused", async () => {
    const resolve = to("8.8.8.8", "10.0.0.1");
    expect(await destinationOf("https://feeds.example/", PUBLIC_ONLY, resolve)).toEqual({
      refusal: "feeds.example leads to 10.0.0.1, which is not a public address",
    });
  });

  test("a name that leads to public addresses only is followed", async () => {
    const resolve = to("8.8.8.8", "2606:4700::1");
    expect(await destinationOf("https://feeds.example/a?b=c", PUBLIC_ONLY, resolve)).toEqual({
      url: new URL("https://feeds.example/a?b=c"),
      addresses: ["8.8.8.8", "2606:4700::1"],
    });
  });

  test("a resolver's rubbish is no address", async () => {
    const destination = await destinationOf("https://feeds.example/", PUBLIC_ONLY, to("localhost"));
    expect(destination).toHaveProperty("refusal");
  });

  test("a name without an address, or that cannot be looked up, is refused", async () => {
    const refusal = { refusal: "feeds.example has no address" };
    expect(await destinationOf("https://feeds.example/", PUBLIC_ONLY, none)).toEqual(refusal);
    const fails = async (): Promise<never> => {
      throw new Error("SERVFAIL");
    };
    expect(await destinationOf("https://feeds.example/", PUBLIC_ONLY, fails)).toEqual(refusal);
  });

  test("plain http leads to opened ranges only", async () => {
    const opened = new AddressRules(["10.0.0.0/8"]);
    expect(await destinationOf("http://10.0.0.1/", opened, none)).toHaveProperty("addresses");
    expect(await destinationOf("http://8.8.8.8/", opened, none)).toHaveProperty("refusal");
    const mixed = to("10.0.0.1", "8.8.8.8");
    expect(await destinationOf("http://feeds.example/", opened, mixed)).toHaveProperty("refusal");
  });

  test.each(["ftp://8.8.8.8/", "file:///etc/passwd", "https://", "feeds.example"])(
    "%s is no address of a feed",
    async (url) => {
      expect(await destinationOf(url, PUBLIC_ONLY, none)).toHaveProperty("refusal");
    },
  );

  test("a user name or password is refused and not repeated", async () => {
    for (const url of ["https://user@8.8.8.8/", "https://:hidden@8.8.8.8/#part"]) {
      expect(await destinationOf(url, PUBLIC_ONLY, none)).toEqual({
        refusal: "the URL of the feed holds a user name or a password",
      });
    }
  });
});
