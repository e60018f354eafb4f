/** The controller imports one feed after another: feed, poll and entry are one. */
import { randomBytes } from "node:crypto";
import { PollBook } from "../../../src/feeds/poll-book.js";
import { PollWriter } from "../../../src/feeds/poll-writer.js";
import type { SovereignRevocationFeed } from "../../../src/model/documents.js";
import { fromInstant } from "../../../src/protocol/instant.js";
import { signDocument } from "../../../src/sign/sign-document.js";
import type { StateReader } from "../../../src/state/reader.js";
import type { StateWriter } from "../../../src/state/writer.js";
import { desired, operatorKey, sovereign } from "../../helpers/desired.js";
import { keyOf } from "../../helpers/keys.js";
import { detailsOf, NOW, numbersWhere, settle, writing } from "../place.js";
import type { Scenario, Survey } from "../scenario.js";

const OPERATIONS = 6;
const ISSUER = "GLOBEX";

function importFeed(writer: StateWriter, sequence: number): void {
  const [from] = writer.snapshot().sovereigns.filter((row) => row.sovereignId === ISSUER);
  if (from === undefined) throw new Error("the state does not know the issuer");
  const ids = Array.from({ length: sequence }, (_, index) => `their-member-${index}`);
  const feed = signDocument<SovereignRevocationFeed>(
    {
      feed_id: `feed-${sequence}`,
      issuer_sovereign_id: ISSUER,
      sequence,
      issued_at: fromInstant(NOW),
      revoked_attestation_ids: ids,
      revocation_reasons: {},
      issued_by: "globex-1",
    },
    "globex-1",
    keyOf("sovereign globex"),
  );
  const polls = new PollWriter(writer, new PollBook(writer, 60), randomBytes);
  polls.imported(from, { result: "imported", feed, sequence }, null, NOW, writer.generation());
}

function survey(_folder: string, state: StateReader): Survey {
  const { feeds, feedPolls } = state.snapshot();
  const sequences = new Set(feeds.map((feed) => feed.sequence));
  const logged = new Set(detailsOf(state, "sovereign_revocation_feed_imported", "sequence"));
  const highest = Math.max(0, ...sequences);
  const polled = feedPolls[0]?.sequence ?? 0;
  return {
    changed: numbersWhere(OPERATIONS, (number) => sequences.has(number)),
    logged: numbersWhere(OPERATIONS, (number) => logged.has(number)),
    faults:
      highest === polled ? [] : [`the newest feed is ${highest}, and the last poll ${polled}`],
  };
}

export const feedImport: Scenario = {
  name: "feed import",
  operations: OPERATIONS,
  prepare: async (folder) =>
    settle(
      folder,
      desired({ operatorKeys: [operatorKey("root")], sovereigns: [sovereign("globex")] }),
    ),
  work: async (folder, acknowledge) =>
    writing(folder, (writer) => {
      const done = survey(folder, writer).changed;
      for (const number of numbersWhere(OPERATIONS, (each) => !done.includes(each))) {
        importFeed(writer, number);
        acknowledge(number, writer);
      }
    }),
  survey,
};
