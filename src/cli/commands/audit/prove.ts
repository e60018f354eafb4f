/** concordat audit prove */
import { integer } from "@oclif/core/args";
import { string } from "@oclif/core/flags";
import { proveEntry } from "../../../audit/prove.js";
import { openState } from "../../../state/open.js";
import { BaseCommand } from "../../base-command.js";
import { assertReplaceable, headOf, writeOutput } from "../../files.js";
import { config, dbPath, repo } from "../../flags.js";
import { visible } from "../../render/visible.js";
import { resolveSettings } from "../../settings.js";

interface Proved {
  readonly index: number;
  /** Null: it went to stdout. */
  readonly output: string | null;
  readonly proof: string;
}

export default class AuditProve extends BaseCommand<Proved> {
  static override summary = "Print the proof that an entry is in the audit log.";
  static override description =
    "A .tlog-proof (c2sp.org/tlog-proof) with the entry, its path to the root, and the signed checkpoint. It holds no hidden value.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> 41 --output revoked.tlog-proof",
    "<%= config.bin %> audit verify --proof revoked.tlog-proof --vkey @north.vkey",
  ];
  static override args = {
    index: integer({ required: true, min: 0, description: "The entry's index, from 0." }),
  };
  static override flags = {
    "db-path": dbPath,
    repo,
    config,
    output: string({ helpValue: "FILE", description: "Where to write. Default: stdout." }),
  };

  async run(): Promise<Proved> {
    const { args, flags } = await this.parse(AuditProve);
    const { output = null } = flags;
    if (output !== null)
      assertReplaceable(output, (path) => headOf(path).startsWith("c2sp.org/tlog-pr"));
    const reader = openState(resolveSettings({ ...flags, db: flags["db-path"] }, process.env).db);
    try {
      const proof = proveEntry(reader.log(), args.index);
      if (output === null) this.print(proof);
      else {
        writeOutput(output, proof, false);
        this.print(`Proof of entry ${args.index} written to ${visible(output)}.\n`);
      }
      return { index: args.index, output, proof };
    } finally {
      reader.close();
    }
  }
}
