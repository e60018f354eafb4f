/** A trust bundle as the `Sovereign` resource that names its keys. Pure. */
import { stringify } from "yaml";
import { AppError } from "../errors.js";
import type { TrustBundle } from "./trust-bundle.js";

const NAME = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
/** As schemas/definitions.schema.json has it. */
const URL_FORM = /^https?:\/\/[A-Za-z0-9.:[\]-]+(\/[!#-&(-;=?-_a-~]*)?$/;

/** A name for a sovereign id: lower case, everything but letters and digits as hyphens. Throws AppError `usage`. */
export function resourceName(sovereignId: string): string {
  const name = sovereignId
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
  if (NAME.test(name)) return name;
  throw new AppError("usage", `no resource name can be made of the sovereign id`, {
    hint: "give one with --name",
  });
}

/** True for a name that a resource may have. */
export function isResourceName(name: string): boolean {
  return NAME.test(name);
}

/** Only an address that the schema takes is written down; the rest of the resource stands without it. */
export function usableEndpoint(bundle: TrustBundle): string | null {
  return bundle.endpoint !== null && URL_FORM.test(bundle.endpoint)
    ? bundle.endpoint.replace(/\/$/, "")
    : null;
}

export function sovereignYaml(name: string, bundle: TrustBundle): string {
  const endpoint = usableEndpoint(bundle);
  const spec = {
    sovereignId: bundle.sovereignId,
    publicKeys: [bundle.authorityKey],
    ...(endpoint === null
      ? {}
      : { endpoint, feed: { url: `${endpoint}/sovereign-revocation-feed` } }),
  };
  const resource = { apiVersion: "concordat/v1", kind: "Sovereign", metadata: { name }, spec };
  const comment = [
    // Right for a file in one of the repository's folders, such as sovereigns/.
    "# yaml-language-server: $schema=../.schemas/sovereign.schema.json",
    `# From a trust bundle of ${bundle.createdAt}. Its genesis is signed by the root key`,
    `#   ${bundle.rootKey}`,
    "# Compare that key with the one its operators give you, over another channel, before you merge this.",
    `# The authority key is named until ${bundle.authorityUntil}.`,
  ];
  return `${comment.join("\n")}\n${stringify(resource, { lineWidth: 0, defaultStringType: "QUOTE_DOUBLE", defaultKeyType: "PLAIN" })}`;
}
