/** Drafted resources as the files of a trust repository. Pure. */
import type { GenesisBlock, Verified } from "../model/documents.js";
import type { Kind } from "../model/resources.js";
import { prettyJson } from "../protocol/canonical.js";
import { documentJson } from "../protocol/documents.js";
import { parseJson } from "../protocol/json.js";
import type { DraftedResource } from "./drafted-resource.js";
import { resourceText } from "./resource-text.js";

const FOLDERS: { readonly [K in Kind]?: string } = {
  Sovereign: "sovereigns",
  RecognitionTreaty: "treaties",
  MembershipAttestation: "attestations",
  Revocation: "revocations",
  RevocationFeed: "feeds",
  RecognitionPolicy: "policies",
};

const SCHEMAS: { readonly [K in Kind]?: string } = {
  Sovereign: "sovereign",
  RecognitionTreaty: "recognition-treaty",
  MembershipAttestation: "membership-attestation",
  Revocation: "revocation",
  RevocationFeed: "revocation-feed",
  RecognitionPolicy: "recognition-policy",
};

/** From how many on the resources of a kind share files: a tree may hold a few thousand files only. */
const MOST_FILES = 500;
const MOST_DOCUMENTS = 100;
/** Well below what one file of a tree may hold. */
const MOST_BYTES = 128 * 1024;

/** Texts by path from the root of the repository. */
export function resourceFiles(resources: readonly DraftedResource[]): Map<string, string> {
  const files = new Map<string, string>();
  for (const { document } of resources)
    if (document !== null) files.set(document.path, document.text);
  for (const [kind, group] of Map.groupBy(resources, (resource) => resource.kind)) {
    const folder = FOLDERS[kind] ?? "";
    if (group.length <= MOST_FILES) {
      for (const { name, text } of group)
        files.set(`${folder}/${name}.yaml`, modeline(SCHEMAS[kind] ?? "resource") + text);
    } else {
      for (const [index, texts] of packed(group).entries()) {
        const number = String(index + 1).padStart(4, "0");
        files.set(`${folder}/imported-${number}.yaml`, modeline("resource") + texts.join("---\n"));
      }
    }
  }
  return files;
}

/** For a file in one of the repository's folders. */
function modeline(schema: string): string {
  return `# yaml-language-server: $schema=../.schemas/${schema}.schema.json\n`;
}

function packed(group: readonly DraftedResource[]): readonly (readonly string[])[] {
  const packs: string[][] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const { text } of group) {
    const size = Buffer.byteLength(text);
    const last = packs.at(-1);
    if (last === undefined || last.length >= MOST_DOCUMENTS || bytes + size > MOST_BYTES) {
      packs.push([text]);
      bytes = size;
    } else {
      last.push(text);
      bytes += size;
    }
  }
  return packs;
}

/** What a new repository needs beside the imported resources; its operators' keys are in no database. */
export function foundation(
  genesis: Verified<GenesisBlock>,
  keyId: string,
): ReadonlyMap<string, string> {
  const { network_name: sovereignId, network_authority: authority } = genesis.body;
  const spec = {
    sovereignId,
    keyId,
    publicKey: authority.public_key,
    genesis: "genesis.json",
  };
  const written = resourceText({ kind: "Authority", name: "authority", spec });
  const files = new Map([
    [".gitignore", ".concordat/\n*.key\n*.plan\n"],
    ["genesis.json", `${prettyJson(parseJson(documentJson(genesis)))}\n`],
  ]);
  if ("text" in written) {
    const line = "# yaml-language-server: $schema=.schemas/authority.schema.json\n";
    files.set("authority.yaml", line + written.text);
  }
  return files;
}
