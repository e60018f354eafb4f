import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Compiled, CompileOptions } from "../../../src/desired/compile.js";
import type { DesiredTreaty } from "../../../src/model/desired.js";
import type { Resource } from "../../../src/model/resources.js";
import { OWN } from "../../helpers/desired.js";
import { keyOf } from "../../helpers/keys.js";
import { AUTHORITY, compileWith, yaml, type Changes } from "./trust-tree.js";

/** A process that lives on: what one compile parsed is given to the next, object for object. */
class Memory {
  readonly #parsed = new Map<string, readonly Resource[]>();

  compile(changes: Changes): Compiled {
    const options: Partial<CompileOptions> = { cached: (blob) => this.#parsed.get(blob) };
    const compiled = compileWith(changes, options);
    for (const [blob, resources] of compiled.parsed) this.#parsed.set(blob, resources);
    return compiled;
  }
}

const sovereignYaml = (name: string, id: string, key: string, maxAge = "24h") =>
  yaml(
    "Sovereign",
    name,
    `sovereignId: ${id}\npublicKeys:\n  - ${key}\nfeed: {maxAge: ${maxAge}}\n`,
  );
const treatyYaml = (name: string, subject: string, more = "") =>
  yaml(
    "RecognitionTreaty",
    name,
    `subject: ${subject}\nscope: {allowedRoles: [role:client]}\n${more}`,
  );
const memberYaml = (name: string, more = "") =>
  yaml("MembershipAttestation", name, `subjectId: ${name}\nroles: [role:client]\n${more}`);
const keyText = (label: string): string => keyOf(`sovereign ${label}`).publicKey;

const PARTNERS: Changes = {
  "sovereigns/hooli.yaml": sovereignYaml("hooli", "HOOLI", keyText("hooli")),
  "treaties/hooli.yaml": treatyYaml("hooli", "hooli"),
};

const treatiesOf = ({ desired }: Compiled): ReadonlyMap<string, DesiredTreaty> =>
  new Map(desired?.treaties.map((treaty) => [treaty.name, treaty]));

describe("from one commit to the next", () => {
  test("what did not change is the same object, what did is another", () => {
    const memory = new Memory();
    const first = memory.compile(PARTNERS);
    const next = memory.compile({
      ...PARTNERS,
      "treaties/hooli.yaml": treatyYaml("hooli", "hooli", "reissue: 1\n"),
    });
    expect(treatiesOf(next).get("globex")).toBe(treatiesOf(first).get("globex"));
    expect(next.desired?.attestations[0]).toBe(first.desired?.attestations[0]);
    expect(next.desired?.sovereigns[1]).toBe(first.desired?.sovereigns[1]);
    expect(treatiesOf(next).get("hooli")).toMatchObject({ reissue: 1 });
  });

  test("another key of a sovereign reaches every treaty with it, and no other", () => {
    const memory = new Memory();
    const first = memory.compile(PARTNERS);
    const key = keyText("hooli rotated");
    const next = memory.compile({
      ...PARTNERS,
      "sovereigns/hooli.yaml": sovereignYaml("hooli", "HOOLI", key),
    });
    expect(treatiesOf(next).get("hooli")?.subjectPublicKeys).toEqual([key]);
    expect(treatiesOf(next).get("globex")).toBe(treatiesOf(first).get("globex"));
  });

  test("another default of the authority reaches everything that leans on it", () => {
    const memory = new Memory();
    memory.compile(PARTNERS);
    const defaults = "defaults: {treatyFor: 48h, attestationFor: 24h}\n";
    const { desired } = memory.compile({
      ...PARTNERS,
      "authority.yaml": yaml("Authority", "acme", `${AUTHORITY}${defaults}`),
    });
    expect(desired?.treaties.map((treaty) => treaty.validity.duration)).toEqual([172_800, 172_800]);
    expect(desired?.attestations.map((item) => item.validity.duration)).toEqual([86_400]);
  });

  test("another id of the authority makes a treaty one with itself", () => {
    const memory = new Memory();
    memory.compile(PARTNERS);
    const { diagnostics } = memory.compile({
      ...PARTNERS,
      "authority.yaml": yaml("Authority", "acme", AUTHORITY.replace(OWN, "HOOLI")),
    });
    expect(diagnostics.map(({ code }) => code)).toContain("treaty_to_self");
  });

  test("a fault is reported every time", () => {
    const memory = new Memory();
    const faulty = {
      ...PARTNERS,
      "treaties/hooli.yaml": treatyYaml("hooli", "hooli", "renewal: {before: 9000h}\n"),
    };
    const first = memory.compile(faulty);
    expect(first.diagnostics).toMatchObject([{ code: "bad_renewal" }]);
    expect(memory.compile(faulty).diagnostics).toEqual(first.diagnostics);
  });
});

const NAMES = ["hooli", "initech", "acme-too"] as const;
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null, freq: 2 });
const anyEnd = fc.constantFrom(
  "",
  "validity: {for: 48h}\n",
  "validity: {until: 2027-01-01T00:00:00Z}\n",
  "validity: {until: 2027-02-30T00:00:00Z}\n",
);

const anySovereign = (name: string) =>
  fc
    .record({
      id: fc.constantFrom(name.toUpperCase(), OWN),
      key: fc.constantFrom(keyText(name), keyText(`${name} rotated`), keyText("globex")),
      maxAge: fc.constantFrom("24h", "48h"),
    })
    .map(({ id, key, maxAge }) => sovereignYaml(name, id, key, maxAge));

const anyTreaty = (name: string) =>
  fc
    .record({
      subject: fc.constantFrom(name, name, "globex", "nobody"),
      end: anyEnd,
      renewal: fc.constantFrom("", "", "renewal: {before: 24h}\n", "renewal: {before: 100h}\n"),
    })
    .map(({ subject, end, renewal }) => treatyYaml(name, subject, end + renewal));

const anyAuthority = fc
  .tuple(
    fc.constantFrom(AUTHORITY, AUTHORITY, AUTHORITY.replace(OWN, "HOOLI")),
    fc.constantFrom("", "defaults: {treatyFor: 48h}\n", "defaults: {attestationFor: 24h}\n"),
  )
  .map(([authority, defaults]) => yaml("Authority", "acme", authority + defaults));

/** Any tree over a few names, faulty ones among them. */
const anyTree: fc.Arbitrary<Changes> = fc
  .record({
    authority: anyAuthority,
    sovereigns: fc.tuple(...NAMES.map((name) => maybe(anySovereign(name)))),
    treaties: fc.tuple(...NAMES.map((name) => maybe(anyTreaty(name)))),
    member: maybe(anyEnd.map((end) => memberYaml("sam", end))),
    folder: fc.constantFrom("treaties", "treaties/more"),
  })
  .map(({ authority, sovereigns, treaties, member, folder }) => ({
    "authority.yaml": authority,
    ...Object.fromEntries(
      NAMES.map((name, i) => [`sovereigns/${name}.yaml`, sovereigns[i] ?? null]),
    ),
    ...Object.fromEntries(NAMES.map((name, i) => [`${folder}/${name}.yaml`, treaties[i] ?? null])),
    "attestations/sam.yaml": member,
  }));

/** A tree, and the next ones, each with some files of its own. */
const anyHistory = fc
  .tuple(
    anyTree,
    fc.array(fc.tuple(anyTree, fc.array(fc.boolean(), { minLength: 8 })), { maxLength: 4 }),
  )
  .map(([first, edits]) => {
    const trees = [first];
    for (const [other, chosen] of edits) {
      const files = Object.entries(other).filter((_, index) => chosen[index] === true);
      trees.push({ ...trees.at(-1), ...Object.fromEntries(files) });
    }
    return trees;
  });

test("whatever came before, a tree compiles to what it compiles to alone", () => {
  fc.assert(
    fc.property(anyHistory, (trees) => {
      const memory = new Memory();
      for (const tree of trees) {
        const { desired, diagnostics } = memory.compile(tree);
        const alone = compileWith(tree);
        expect(diagnostics).toEqual(alone.diagnostics);
        expect(desired).toEqual(alone.desired);
      }
    }),
    { numRuns: 200 },
  );
});
