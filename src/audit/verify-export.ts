/** Verifies an export with proofs, from its lines alone. */
import { createHash } from "node:crypto";
import { AppError } from "../errors.js";
import type { JsonObject, JsonValue } from "../model/json.js";
import { decodeBase64, encodeBase64 } from "../protocol/base64.js";
import { canonicalJson } from "../protocol/canonical.js";
import { isJsonArray, isJsonObject, parseJson } from "../protocol/json.js";
import { parseCheckpoint, type Checkpoint } from "../protocol/log/checkpoint.js";
import { SALT_BYTES, commitment, parseLeaf, type Leaf } from "../protocol/log/leaf.js";
import { HASH_BYTES, RootBuilder, leafHash, verifyInclusion } from "../protocol/log/merkle.js";
import { FORMAT, MEMBERS } from "./export-format.js";
import { judgeCheckpoint, judgeSince } from "./signed-checkpoint.js";
import { Faulty, type LogFault, type Verification } from "./verification.js";

export interface ExportOptions {
  /** A verifier key or a public key from elsewhere; null takes the export's own word for it. */
  readonly key: string | null;
  /** The signed note of an earlier checkpoint, which only a whole export can be compared with. */
  readonly since: string | null;
}

/** `lines` are the file's, each with its line break. The first fault ends it. */
export function verifyExport(lines: Iterable<string>, options: ExportOptions): Verification {
  const check = new ExportCheck(options);
  let fault: LogFault | null = null;
  try {
    for (const line of lines) check.take(line);
    check.finish();
  } catch (error) {
    if (!(error instanceof Faulty)) throw error;
    ({ fault } = error);
  }
  return check.result(fault);
}

interface Header {
  readonly checkpoint: Checkpoint;
  readonly from: number;
  readonly to: number;
  readonly isComplete: boolean;
  readonly isWhole: boolean;
}

class ExportCheck {
  readonly #options: ExportOptions;
  readonly #sum = createHash("sha256");
  readonly #tree = new RootBuilder();
  #header: Header | null = null;
  #vkey: string | null = null;
  #line = 0;
  #entries = 0;
  /** The lowest index that the next entry may have. */
  #next = 0;
  #isEnded = false;
  #since: Checkpoint | null = null;
  #disclosed = 0;
  #hidden = 0;

  constructor(options: ExportOptions) {
    this.#options = options;
  }

  take(text: string): void {
    this.#line++;
    if (this.#isEnded) throw this.#damaged("stands behind the footer");
    const line = this.#read(text);
    if (this.#header === null) this.#takeHeader(line);
    else if (line["type"] === "footer") this.#takeFooter(line);
    else this.#takeEntry(line, this.#header);
    this.#sum.update(text);
  }

  finish(): void {
    if (this.#header === null) throw new Faulty("export_damaged", null, "the file is empty");
    if (!this.#isEnded)
      throw new Faulty("tail_truncated", this.#next, "the file ends before its footer");
  }

  result(fault: LogFault | null): Verification {
    const { checkpoint, isWhole } = this.#header ?? { checkpoint: null, isWhole: false };
    return {
      verified: fault === null,
      source: "export",
      origin: checkpoint?.origin ?? null,
      size: checkpoint?.size ?? 0,
      root:
        checkpoint === null ? null : encodeBase64(isWhole ? this.#tree.root() : checkpoint.root),
      entries: this.#entries,
      signed_size: fault === null ? (checkpoint?.size ?? 0) : 0,
      key_from: this.#options.key === null ? "export" : "given",
      vkey: this.#vkey,
      extends: fault === null && this.#since !== null ? [this.#since.size] : [],
      escrow_size: null,
      disclosed: this.#disclosed,
      hidden: this.#hidden,
      fault,
    };
  }

  #read(text: string): JsonObject {
    if (!text.endsWith("\n")) throw this.#damaged("has no line break");
    let value: JsonValue;
    try {
      value = parseJson(text.slice(0, -1));
      // One spelling of each line: nothing can hide in another.
      if (`${canonicalJson(value)}\n` !== text) throw this.#damaged("is not canonical JSON");
    } catch (error) {
      if (error instanceof AppError) throw this.#damaged("is not JSON");
      throw error;
    }
    if (!isJsonObject(value)) throw this.#damaged("is no object");
    return value;
  }

  #takeHeader(line: JsonObject): void {
    this.#expect(line, "header");
    const { format, origin, vkey, checkpoint: note, range, complete } = line;
    if (format !== FORMAT) throw this.#damaged(`is not of the format ${FORMAT}`);
    const [from, to] = isJsonArray(range) && range.length === 2 ? range : [];
    if (
      typeof origin !== "string" ||
      typeof vkey !== "string" ||
      typeof note !== "string" ||
      typeof complete !== "boolean" ||
      !isCount(from) ||
      !isCount(to) ||
      from > to
    )
      throw this.#damaged("has a member of another type");
    const checkpoint = judgeCheckpoint(note, this.#options.key ?? vkey, origin);
    // The export's own word for the key must still be the truth.
    if (this.#options.key !== null) judgeCheckpoint(note, vkey, origin);
    if (to > checkpoint.size)
      throw this.#damaged(`names entries behind the ${checkpoint.size} of its checkpoint`);
    const isWhole = complete && from === 0 && to === checkpoint.size;
    this.#header = { checkpoint, from, to, isComplete: complete, isWhole };
    this.#vkey = checkpoint.vkey;
    this.#next = from;
    this.#takeSince(checkpoint, isWhole);
    this.#compareSince();
  }

  #takeSince({ origin, size }: Checkpoint, isWhole: boolean): void {
    const { since, key } = this.#options;
    if (since === null) return;
    if (!isWhole)
      throw new Faulty(
        "not_an_extension",
        null,
        "only an export of the whole log shows what it extends",
      );
    this.#since = key === null ? parseCheckpoint(since) : judgeSince(since, key, origin);
    if (this.#since.origin !== origin)
      throw new Faulty("not_an_extension", null, "the earlier checkpoint is of another log");
    if (this.#since.size > size)
      throw new Faulty(
        "tail_truncated",
        size,
        `the earlier checkpoint is of ${this.#since.size} entries`,
      );
  }

  #compareSince(): void {
    const since = this.#since;
    if (since?.size === this.#tree.size && !same(since.root, this.#tree.root()))
      throw new Faulty(
        "not_an_extension",
        null,
        `the root of the first ${since.size} entries is not that of the earlier checkpoint`,
      );
  }

  #takeEntry(line: JsonObject, { checkpoint, to, isComplete, isWhole }: Header): void {
    this.#expect(line, "entry");
    const { i: index, leaf: encoded, hash: named, disclose, proof } = line;
    if (!isCount(index) || !isJsonObject(disclose) || !isJsonArray(proof))
      throw this.#damaged("has a member of another type");
    if (index < this.#next || index >= to)
      throw new Faulty("index_gap", this.#next, `entry ${index} stands where ${this.#next} should`);
    if (isComplete && index !== this.#next)
      throw new Faulty("index_gap", this.#next, `entry ${this.#next} is missing`);
    const bytes = bytesOf(encoded);
    const leaf = readLeaf(index, bytes);
    const hash = leafHash(bytes);
    if (named !== encodeBase64(hash))
      throw new Faulty("leaf_altered", index, "the leaf and its hash disagree");
    if (leaf.index !== index)
      throw new Faulty("leaf_altered", index, `the leaf says that it is entry ${leaf.index}`);
    if (isWhole) this.#tree.append(hash);
    else if (!verifyInclusion(index, checkpoint.size, hash, proof.map(hashOf), checkpoint.root))
      throw new Faulty("proof_refused", index, "the proof does not lead to the checkpoint's root");
    if (isWhole && proof.length > 0)
      throw new Faulty("proof_refused", index, "an export of the whole log has no proofs");
    this.#openCommitments(leaf, disclose);
    this.#entries++;
    this.#next = index + 1;
    this.#compareSince();
  }

  #openCommitments({ index, commitments }: Leaf, disclose: JsonObject): void {
    for (const [field, part] of Object.entries(disclose)) {
      const { salt: encoded, value, ...others } = isJsonObject(part) ? part : {};
      const salt = typeof encoded === "string" ? decodeBase64(encoded, SALT_BYTES) : null;
      if (
        salt === null ||
        value === undefined ||
        Object.keys(others).length > 0 ||
        commitment(salt, field, value) !== commitments.get(field)
      )
        throw new Faulty(
          "commitment_mismatch",
          index,
          `the value or the salt of ${field} is not what the leaf commits to`,
        );
      this.#disclosed++;
    }
    this.#hidden += commitments.size - Object.keys(disclose).length;
  }

  #takeFooter(line: JsonObject): void {
    this.#expect(line, "footer");
    this.#isEnded = true;
    const header = this.#header;
    if (header === null) return;
    if (header.isComplete && this.#next !== header.to)
      throw new Faulty(
        "tail_truncated",
        this.#next,
        `the export names entries up to ${header.to - 1}`,
      );
    if (header.isWhole && !same(this.#tree.root(), header.checkpoint.root))
      throw new Faulty("root_mismatch", null, "the entries do not make the checkpoint's root");
    if (line["count"] !== this.#entries)
      throw this.#damaged(`does not count ${this.#entries} entries`);
    if (line["sha256"] !== this.#sum.copy().digest("hex"))
      throw this.#damaged("has another sha256 than the lines before it");
  }

  #expect(line: JsonObject, type: keyof typeof MEMBERS): void {
    if (line["type"] !== type) throw this.#damaged(`is no ${type}`);
    if (Object.keys(line).toSorted().join() !== MEMBERS[type].join())
      throw this.#damaged(`does not have the members of a ${type}`);
  }

  #damaged(why: string): Faulty {
    const index = this.#header === null || this.#isEnded ? null : this.#next;
    return new Faulty("export_damaged", index, `line ${this.#line} ${why}`);
  }
}

function readLeaf(index: number, bytes: Uint8Array): Leaf {
  try {
    return parseLeaf(bytes);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    throw new Faulty("leaf_unreadable", index, error.message);
  }
}

/** What is no base64 has no bytes, and so no leaf. */
function bytesOf(text: JsonValue | undefined): Uint8Array {
  if (typeof text !== "string") return Buffer.alloc(0);
  return decodeBase64(text, Buffer.byteLength(text, "base64")) ?? Buffer.alloc(0);
}

function hashOf(text: JsonValue): Uint8Array {
  return (typeof text === "string" ? decodeBase64(text, HASH_BYTES) : null) ?? Buffer.alloc(0);
}

function isCount(value: JsonValue | undefined): value is number {
  return typeof value === "number" && value >= 0;
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return Buffer.compare(a, b) === 0;
}
