/** What `--forget` names must be something that the restore would carry, and that can be forgotten. */
import { AppError } from "../errors.js";
import type { Forget } from "../model/restore.js";
import { parseFeed } from "../protocol/documents.js";
import { parseJson } from "../protocol/json.js";
import type { StateReader } from "../state/reader.js";

/** Throws AppError `restore_refused` for an exception that has no meaning, or would trust what the backup does not. */
export function checkExceptions(
  forget: readonly Forget[],
  live: StateReader | null,
  backup: StateReader,
): void {
  if (forget.length > 0 && live === null)
    throw refused(
      "nothing is carried from a state that cannot be read, so nothing can be left out",
    );
  for (const exception of forget) {
    if (live === null) return;
    if (exception.what === "feed") checkFeed(exception, live, backup);
    else checkRevocation(exception.id, live, backup);
  }
}

function checkFeed(
  { issuer, sequence }: Extract<Forget, { readonly what: "feed" }>,
  live: StateReader,
  backup: StateReader,
): void {
  if (backup.feed(issuer, sequence) !== null)
    throw refused(
      `feed ${sequence} of ${issuer} stands in the backup too`,
      "reject it in git: a RevocationFeed with accept: false",
    );
  if (live.feed(issuer, sequence) === null)
    throw refused(`feed ${sequence} of ${issuer} is not imported`);
}

function checkRevocation(id: string, live: StateReader, backup: StateReader): void {
  const now = live.treaty(id) ?? live.attestation(id);
  const then = backup.treaty(id) ?? backup.attestation(id);
  if (now?.status !== "revoked")
    throw refused(
      `${id} is no id of a treaty or attestation that is revoked`,
      "concordat explain NAME tells the id",
    );
  if (then === null)
    throw refused(
      `${id} was issued after the backup`,
      "raise reissue on its resource: it is issued anew under another id",
    );
  if (then.status !== "active") throw refused(`${id} is revoked in the backup too`);
  if (publishedIds(live).has(id))
    throw refused(
      `our feed has told our partners that ${id} is revoked, and they do not take that back`,
      "raise reissue on its resource: it is issued anew under another id",
    );
}

function publishedIds(reader: StateReader): ReadonlySet<string> {
  const feed = reader.publishedFeed();
  if (feed === null) return new Set();
  return new Set(parseFeed(parseJson(feed.json)).body.revoked_attestation_ids);
}

function refused(message: string, hint?: string): AppError {
  return new AppError("restore_refused", message, hint === undefined ? {} : { hint });
}
