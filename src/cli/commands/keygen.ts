/** concordat keygen */
import { randomBytes } from "node:crypto";
import { string } from "@oclif/core/flags";
import { PrivateKey } from "../../sign/private-key.js";
import { writeKeyPair } from "../../sign/key-file.js";
import { BaseCommand } from "../base-command.js";
import { visible } from "../render/visible.js";

interface KeyPair {
  readonly key_id: string;
  readonly public_key: string;
  readonly private_key_file: string;
  readonly public_key_file: string;
}

export default class Keygen extends BaseCommand<KeyPair> {
  static override summary = "Make an Ed25519 key pair in the reference's file format.";
  static override description =
    "Writes PREFIX.key, readable by its owner alone, and PREFIX.pub. An existing file is never overwritten.";
  static override examples = [
    "<%= config.bin %> <%= command.id %> --out keys/operator-2 --key-id operator-2",
  ];
  static override flags = {
    out: string({
      required: true,
      helpValue: "PREFIX",
      description: "Path of both files, without .key and .pub.",
    }),
    "key-id": string({
      required: true,
      helpValue: "ID",
      description: "Name that signatures by this key carry.",
    }),
  };

  async run(): Promise<KeyPair> {
    const { flags } = await this.parse(Keygen);
    const key = PrivateKey.fromSeed(randomBytes(32));
    const files = writeKeyPair(flags.out, flags["key-id"], key);
    this.print(
      [
        `${visible(files.privatePath)}  private key of ${visible(flags["key-id"])}: keep it secret`,
        `${visible(files.publicPath)}  public key ${key.publicKey}\n`,
      ].join("\n"),
    );
    return {
      key_id: flags["key-id"],
      public_key: key.publicKey,
      private_key_file: files.privatePath,
      public_key_file: files.publicPath,
    };
  }
}
