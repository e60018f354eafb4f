/** The list of treaties: order, filters, pages, and what one row says. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseTreaty } from "../../src/protocol/documents.js";
import { parseJson } from "../../src/protocol/json.js";
import { signatureHolds } from "../../src/protocol/verify.js";
import { desired, revocation, treaty } from "../helpers/desired.js";
import { keyOf } from "../helpers/keys.js";
import { foreignTreaty } from "../helpers/out-of-band.js";
import { Served } from "../helpers/served.js";
import { World } from "../helpers/world.js";

interface Row {
  readonly treaty: {
    readonly treaty_id: string;
    readonly issuer_sovereign_id: string;
    readonly subject_sovereign_id: string;
  };
  readonly status: string;
  readonly revoked_at: string | null;
  readonly revocation_reason: string | null;
  readonly lifecycle: unknown;
}

interface List {
  readonly count: number;
  readonly recognition_treaties: readonly Row[];
  readonly next_cursor?: string | null;
}

const world = new World();
const recognise = [treaty("globex", "globex"), treaty("initech", "initech")];
let served: Served;

beforeAll(() => {
  world.apply(desired({ treaties: recognise }));
  for (const [issuer, subject] of [
    ["ZED", "ACME"],
    ["YAK", "ACME"],
    ["YAK", "ZED"],
  ] as const) {
    world.pass(60);
    foreignTreaty(world, issuer, subject);
  }
  world.apply(
    desired({
      treaties: recognise,
      revocations: [revocation("no-globex", { targetName: "globex", reason: "ended" })],
    }),
  );
  served = new Served(world);
});

afterAll(async () => {
  await served.close();
  world.close();
});

const ids = (list: List): string[] => list.recognition_treaties.map((row) => row.treaty.treaty_id);

test("everything comes in one answer, in order of issue", async () => {
  const list = await served.json<List>("/recognition-treaties");
  expect(list).not.toHaveProperty("next_cursor");
  expect(list.count).toBe(5);
  expect(ids(list).slice(2)).toEqual(["treaty-ZED-ACME", "treaty-YAK-ACME", "treaty-YAK-ZED"]);
  const own = ids(list).slice(0, 2);
  expect(own).toEqual(own.toSorted());
});

test("a row holds the signed treaty, its status and its lifecycle", async () => {
  const list = await served.json<List>("/recognition-treaties?status=revoked");
  const [row] = list.recognition_treaties;
  expect(row).toMatchObject({
    status: "revoked",
    revocation_reason: "ended",
    revoked_at: "2026-11-23T00:03:00+00:00",
    lifecycle: {
      state: "revoked",
      expiry_risk: "none",
      seconds_until_expiry: null,
      expires_at: "2026-11-30T00:00:00+00:00",
      revoked_at: "2026-11-23T00:03:00+00:00",
      revocation_reason: "ended",
      replacement_treaty_id: null,
    },
  });
  const document = parseTreaty(parseJson(JSON.stringify(row?.treaty)));
  expect(document.body.status).toBe("active");
  expect(signatureHolds(document, [keyOf("authority").publicKey])).not.toBeNull();
  expect(await served.json(`/recognition-treaties/${row?.treaty.treaty_id}`)).toEqual(row);
});

test.each([
  ["issuer_sovereign_id=YAK", ["treaty-YAK-ACME", "treaty-YAK-ZED"]],
  ["subject_sovereign_id=ACME", ["treaty-ZED-ACME", "treaty-YAK-ACME"]],
  ["issuer_sovereign_id=YAK&subject_sovereign_id=ZED&status=active", ["treaty-YAK-ZED"]],
  ["issuer_sovereign_id=YAK&issuer_sovereign_id=ZED", ["treaty-YAK-ACME", "treaty-YAK-ZED"]],
  ["issuer_sovereign_id=nobody", []],
  ["status=unheard-of", []],
])("?%s filters", async (query, expected) => {
  const list = await served.json<List>(`/recognition-treaties?${query}`);
  expect(ids(list)).toEqual(expected);
  expect(list.count).toBe(expected.length);
});

test("empty filters and unknown parameters count as absent", async () => {
  expect(
    (await served.json<List>("/recognition-treaties?status=&issuer_sovereign_id=&colour=blue"))
      .count,
  ).toBe(5);
});

test("the countdown to expiry moves with the clock", async () => {
  const url = "/recognition-treaties/treaty-YAK-ZED";
  const before = await served.json(url);
  world.pass(5);
  expect(before).toMatchObject({ lifecycle: { seconds_until_expiry: 168 * 3600 } });
  expect(await served.json(url)).toMatchObject({
    lifecycle: { seconds_until_expiry: 168 * 3600 - 5 },
  });
  const whole = await served.json<List>("/recognition-treaties");
  world.pass(1);
  const later = await served.json<List>("/recognition-treaties");
  expect(whole.recognition_treaties.at(-1)).toMatchObject({
    lifecycle: { seconds_until_expiry: 168 * 3600 - 5 },
  });
  expect(later.recognition_treaties.at(-1)).toMatchObject({
    lifecycle: { seconds_until_expiry: 168 * 3600 - 6 },
  });
});

describe("pages", () => {
  test.each([1, 2, 3, 4, 5, 1000])("of %i hold everything once, in order", async (limit) => {
    const all = ids(await served.json<List>("/recognition-treaties"));
    const seen: string[] = [];
    for (let cursor: string | null = "", pages = 0; cursor !== null; pages += 1) {
      expect(pages).toBeLessThan(all.length);
      const page: List = await served.json<List>(
        `/recognition-treaties?limit=${limit}${cursor === "" ? "" : `&cursor=${cursor}`}`,
      );
      expect(page.count).toBe(page.recognition_treaties.length);
      seen.push(...ids(page));
      cursor = page.next_cursor ?? null;
    }
    expect(seen).toEqual(all);
  });

  test("respect the filters", async () => {
    const first = await served.json<List>("/recognition-treaties?issuer_sovereign_id=YAK&limit=1");
    expect(ids(first)).toEqual(["treaty-YAK-ACME"]);
    const second = await served.json<List>(
      `/recognition-treaties?issuer_sovereign_id=YAK&limit=1&cursor=${first.next_cursor}`,
    );
    expect(ids(second)).toEqual(["treaty-YAK-ZED"]);
    expect(second.next_cursor).toBeNull();
  });

  test("lose and repeat nothing when treaties are issued and revoked between them", async () => {
    const first = await served.json<List>("/recognition-treaties?limit=3");
    foreignTreaty(world, "XIN", "ACME");
    const second = await served.json<List>(
      `/recognition-treaties?limit=1000&cursor=${first.next_cursor}`,
    );
    expect(ids(second)).toEqual(["treaty-YAK-ACME", "treaty-YAK-ZED", "treaty-XIN-ACME"]);
  });

  test.each([
    "limit=0",
    "limit=-1",
    "limit=1001",
    "limit=1e2",
    "limit=01",
    "limit=",
    "limit=ten",
    "limit=2&cursor=x",
    "cursor=x",
    "limit=2&cursor=",
  ])("?%s is refused", async (query) => {
    const response = await served.get(`/recognition-treaties?${query}`);
    expect(response.statusCode).toBe(400);
    expect(response.json()).toMatchObject({
      error: { code: "bad_request", details: { parameter: expect.any(String) } },
    });
  });
});
