/** The files of a small trust repository. */
import { documentJson } from "../../src/protocol/documents.js";
import { genesis, OWN } from "./desired.js";
import { keyOf } from "./keys.js";

function resource(kind: string, name: string, spec: string): string {
  return `apiVersion: concordat/v1\nkind: ${kind}\nmetadata:\n  name: ${name}\nspec:\n${spec}`;
}

export function treatyYaml(name: string, role = "role:client", subject = name): string {
  return resource(
    "RecognitionTreaty",
    name,
    `  subject: ${subject}\n  scope:\n    allowedRoles: ["${role}"]\n`,
  );
}

function sovereignYaml(name: string): string {
  const key = keyOf(`sovereign ${name}`).publicKey;
  return resource(
    "Sovereign",
    name,
    `  sovereignId: ${name.toUpperCase()}\n  publicKeys: ["${key}"]\n`,
  );
}

/** Authority, one operator key and two sovereigns. */
export const BASE: Readonly<Record<string, string>> = {
  "authority.yaml": resource(
    "Authority",
    "acme",
    `  sovereignId: ${OWN}\n  keyId: acme-1\n  publicKey: "${keyOf("authority").publicKey}"\n  genesis: genesis.json\n`,
  ),
  "genesis.json": documentJson(genesis()),
  "operators/root.yaml": resource(
    "OperatorKey",
    "root",
    `  keyId: operator-root\n  publicKey: "${keyOf("operator root").publicKey}"\n  tier: privileged\n  holder: the operator\n`,
  ),
  "sovereigns/globex.yaml": sovereignYaml("globex"),
  "sovereigns/initech.yaml": sovereignYaml("initech"),
  ".gitignore": ".concordat/\n",
};
