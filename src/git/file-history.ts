/** Which commits touched a file, and what each of them says of itself. Nothing that it says is proof: see `signature`. */
import { fromInstant, instantFromMillis } from "../protocol/instant.js";
import type { Timestamp } from "../model/time.js";
import { AppError } from "../errors.js";
import { ObjectReader, type GitObject } from "./object-reader.js";
import { git } from "./run-git.js";

/** More than anybody reads. */
const MOST = 50;
const MOST_NAMES = 10;
const OBJECT_ID = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;
const PERSON = /^(.*) <(.*)> (-?[0-9]{1,12}) [+-][0-9]{4}$/;
const SIGNATURE = /^gpgsig(?:-sha256)? (-----BEGIN .*-----)$/m;
const FORMATS: Readonly<Record<string, CommitSignature>> = {
  "-----BEGIN SSH SIGNATURE-----": "ssh",
  "-----BEGIN PGP SIGNATURE-----": "openpgp",
  "-----BEGIN SIGNED MESSAGE-----": "x509",
};

/** Of which format the signature in a commit is. Whether it holds, and whose it is, nobody has checked. */
export type CommitSignature = "none" | "ssh" | "openpgp" | "x509" | "unknown";

/** Who made it and when, as the commit claims: anybody can write any name and time into one. */
export interface Claimed {
  readonly name: string;
  readonly email: string;
  /** Null for a time that is none. */
  readonly at: Timestamp | null;
}

export interface FileCommit {
  readonly commit: string;
  readonly author: Claimed;
  readonly committer: Claimed;
  /** First line of the message. */
  readonly subject: string;
  readonly signature: CommitSignature;
}

/**
 * The names that the file at `path` of the commit `head` has had, the newest first. Only a move that left every byte as it was
 * counts: two small resources of one kind are always similar. Throws AppError `git_failed`, `bad_ref`.
 */
export async function namesOfFile(
  gitDir: string,
  path: string,
  head: string,
): Promise<readonly string[]> {
  if (!OBJECT_ID.test(head)) throw new AppError("bad_ref", "that is no id of a commit");
  const output = await git(gitDir, [
    `--git-dir=${gitDir}`,
    "--literal-pathspecs",
    "log",
    "--follow",
    "--find-renames=100%",
    "--diff-filter=R",
    "--name-status",
    "--format=",
    `--max-count=${MOST_NAMES}`,
    "-z",
    head,
    "--",
    path,
  ]);
  // R100, the old name, the new name.
  const fields = output.toString().split("\0");
  return [path, ...fields.filter((_, index) => index % 3 === 1)];
}

/**
 * The commits up to `to`, and not in the history of `since`, that changed the file at one of `paths`; newest first, at most 50.
 * `since` null, or one that is not there: from the beginning. Throws AppError `git_failed`, `bad_ref`.
 */
export async function commitsOfFile(
  gitDir: string,
  paths: readonly string[],
  since: string | null,
  to: string,
): Promise<readonly FileCommit[]> {
  for (const id of [to, ...(since === null ? [] : [since])]) {
    if (!OBJECT_ID.test(id)) throw new AppError("bad_ref", "that is no id of a commit");
  }
  const reader = new ObjectReader(gitDir);
  try {
    const [base] = since === null ? [null] : await reader.read([since]);
    const ids = await idsOf(gitDir, paths, base === null || base === undefined ? null : since, to);
    return (await reader.read(ids)).flatMap((object) => (object === null ? [] : [read(object)]));
  } finally {
    reader.close();
  }
}

async function idsOf(
  gitDir: string,
  paths: readonly string[],
  since: string | null,
  to: string,
): Promise<readonly string[]> {
  const output = await git(gitDir, [
    `--git-dir=${gitDir}`,
    "--literal-pathspecs",
    "rev-list",
    `--max-count=${MOST}`,
    to,
    ...(since === null ? [] : [`^${since}`]),
    "--",
    ...paths,
  ]);
  return output.toString().split("\n").slice(0, -1);
}

function read({ id, bytes }: GitObject): FileCommit {
  const text = Buffer.from(bytes).toString("utf8");
  const end = text.indexOf("\n\n");
  const head = end === -1 ? text : text.slice(0, end);
  const message = end === -1 ? "" : text.slice(end + 2);
  const armour = SIGNATURE.exec(head)?.[1];
  return {
    commit: id,
    author: personOf(head, "author"),
    committer: personOf(head, "committer"),
    subject: message.split("\n", 1)[0] ?? "",
    signature: armour === undefined ? "none" : (FORMATS[armour] ?? "unknown"),
  };
}

function personOf(head: string, role: "author" | "committer"): Claimed {
  const line = head.split("\n").find((candidate) => candidate.startsWith(`${role} `)) ?? "";
  const [, name = "", email = "", seconds] = PERSON.exec(line.slice(role.length + 1)) ?? [];
  return { name, email, at: timeOf(seconds) };
}

function timeOf(seconds: string | undefined): Timestamp | null {
  if (seconds === undefined) return null;
  try {
    return fromInstant(instantFromMillis(Number(seconds) * 1000));
  } catch {
    return null;
  }
}
