/** What looks like a private key: it is refused wherever it stands, and never shown. */

const FILE_NAME =
  /\.(?:key|pem|seed|p8|p12|pfx|ppk|jks)$|^id_(?:rsa|dsa|ecdsa|ed25519)(?!.*\.pub$)/i;

/** PEM and OpenSSH, PuTTY, age, and the reference's own key files (protocol.md 2). */
const HEADER =
  /-----BEGIN (?:[A-Z0-9]+ ){0,4}PRIVATE KEY(?: BLOCK)?-----|PuTTY-User-Key-File-|AGE-SECRET-KEY-1|^#[ \t]*Ed25519 Private Key/m;

/** Field names, once lower-cased and without `-` and `_`. */
const FIELD_NAME = /(?:privatekey|privkey|secretkey|secret|seed)$/;

const FIELD_IN_TEXT =
  /(?:private[_-]?key|priv[_-]?key|secret[_-]?key|secret|seed)["']?[ \t]{0,64}:/i;

const FIELD_IN_JSON =
  /"[A-Za-z0-9_-]{0,64}(?:private[_-]?key|priv[_-]?key|secret[_-]?key|secret|seed)"[ \t\r\n]{0,64}:/i;

/** A user name, and perhaps a password, in front of the host of an address. */
const CREDENTIALS = /:\/\/[^\s/]{1,256}@/;

/** RFC 8037: `d` is the private half. */
const JWK_PRIVATE_HALF = /["']?\bd["']?[ \t]{0,64}:[ \t]{0,64}["']?[A-Za-z0-9_-]{20}/;
const JWK_TYPE = /\bkty\b/;

export function isPrivateKeyFileName(name: string): boolean {
  return FILE_NAME.test(name);
}

export function isPrivateKeyField(name: string): boolean {
  return FIELD_NAME.test(name.toLowerCase().replaceAll(/[-_]/g, ""));
}

/** Whether the keys of one map are those of a JSON Web Key with its private half. */
export function isPrivateJwk(keys: { has(key: string): boolean }): boolean {
  return keys.has("d") && keys.has("kty");
}

/** The offset of a private key's header in a text of any kind, or of a JWK's private half; -1 when there is none. */
export function findPrivateKey(text: string): number {
  const header = text.search(HEADER);
  return header === -1 && JWK_TYPE.test(text) ? text.search(JWK_PRIVATE_HALF) : header;
}

/** The offset of a field of a JSON text that is named like a private key; -1 when there is none. */
export function findPrivateField(json: string): number {
  return json.search(FIELD_IN_JSON);
}

export function holdsCredentials(text: string): boolean {
  return CREDENTIALS.test(text);
}

/** Whether lines of the text are better not shown: a rough test, which works on broken YAML too. */
export function mayHoldSecret(text: string): boolean {
  return findPrivateKey(text) !== -1 || FIELD_IN_TEXT.test(text) || holdsCredentials(text);
}
