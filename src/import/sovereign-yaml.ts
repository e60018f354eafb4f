/** A `Sovereign` resource made of what a trust bundle proved. */
import { stringify } from "yaml";
import type { TrustBundle } from "./trust-bundle.js";

/** A DNS label made of a sovereign id: lower case, everything else a hyphen, at most 63 characters. */
export function resourceName(sovereignId: string): string {
  const label = sovereignId
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .slice(0, 63)
    .replaceAll(/^-+|-+$/g, "");
  return label === "" ? "sovereign" : label;
}

/** The file that `import trust-bundle` writes. `schema` is what the editor modeline points at; null leaves it out. */
export function sovereignYaml(bundle: TrustBundle, schema: string | null): string {
  const modeline = schema === null ? "" : `# yaml-language-server: $schema=${schema}\n`;
  const resource = {
    apiVersion: "concordat/v1",
    kind: "Sovereign",
    metadata: { name: resourceName(bundle.sovereignId) },
    spec: {
      sovereignId: bundle.sovereignId,
      publicKeys: [bundle.authorityPublicKey],
      ...(bundle.endpoint === null ? {} : { endpoint: bundle.endpoint }),
    },
  };
  return [
    modeline,
    `# From the trust bundle of ${JSON.stringify(bundle.sovereignId)}, made ${bundle.createdAt}.\n`,
    "# The bundle vouches for itself only: confirm the key below with its operators over another channel.\n",
    `# Root key of its genesis: ${bundle.rootPublicKey}\n`,
    stringify(resource, { defaultStringType: "QUOTE_DOUBLE", defaultKeyType: "PLAIN", lineWidth: 0 }),
  ].join("");
}
