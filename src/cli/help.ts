/** oclif's help, with a usage line that keeps to the width. */
import { CommandHelp, Help as OclifHelp } from "@oclif/core/help";

const NAME = "<%= command.id %>";

class Usage extends CommandHelp {
  /** oclif breaks the line before it puts the command's name in, which may be longer than what stands for it. */
  protected override usage(): string {
    const { maxWidth } = this.opts;
    this.opts.maxWidth = maxWidth - Math.max(0, this.command.id.length - NAME.length);
    try {
      return super.usage();
    } finally {
      this.opts.maxWidth = maxWidth;
    }
  }
}

export class Help extends OclifHelp {
  protected override CommandHelpClass = Usage;
}
