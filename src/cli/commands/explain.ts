/** concordat explain */
import { string as stringArg } from "@oclif/core/args";
import { string } from "@oclif/core/flags";
import { explain } from "../../explain/explain.js";
import type { Story } from "../../explain/story.js";
import { instantFromMillis } from "../../protocol/instant.js";
import { openState } from "../../state/open.js";
import { BaseCommand } from "../base-command.js";
import { config, db, repo, verbose } from "../flags.js";
import { writeProofs, type WrittenProofs } from "../proof-files.js";
import { renderStory } from "../render/explained.js";
import { historySource } from "../history-source.js";
import { resolveSettings } from "../settings.js";

export default class Explain extends BaseCommand<Story & WrittenProofs> {
  static override summary = "Tell the whole story of one object of trust.";
  static override description = [
    "What it is now, who signed it, the resource and the commits that asked for it, the plans that applied it, and every event",
    "about it with its place in the log. Changes nothing; without the repository it leaves the commits out.",
  ].join(" ");
  static override examples = [
    "<%= config.bin %> <%= command.id %> treaty/globex",
    "<%= config.bin %> <%= command.id %> GLOBEX --json",
    "<%= config.bin %> <%= command.id %> treaty/globex --proofs proofs",
  ];
  static override args = {
    object: stringArg({
      required: true,
      ignoreStdin: true,
      description:
        "kind/name, a name, or the id of a treaty, attestation, feed, key, sovereign or event.",
    }),
  };
  static override flags = {
    repo,
    db,
    config,
    proofs: string({
      helpValue: "DIR",
      description: "Write a proof of inclusion for each event into this folder.",
    }),
    verbose,
  };

  async run(): Promise<Story & WrittenProofs> {
    const { args, flags } = await this.parse(Explain);
    const settings = resolveSettings(flags, process.env);
    const reader = openState(settings.db);
    try {
      const now = instantFromMillis(Date.now());
      const asked = { asked: args.object, now, repo: historySource(settings) };
      const story = await explain(reader, asked);
      const written = writeProofs(reader, story.events, flags.proofs ?? null);
      this.print(renderStory(story, flags.verbose, this.paint(flags)) + proofsLine(written));
      return { ...story, ...written };
    } finally {
      reader.close();
    }
  }
}

function proofsLine({ proofs }: WrittenProofs): string {
  if (proofs === null) return "";
  return `${proofs.files.length} proofs written; check one with:\n  concordat audit verify --proof FILE --vkey KEY\n`;
}
