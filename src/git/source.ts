/** Opens what `--repo` names: a repository on this machine, or one that is fetched over the network. */
import type { GitCredentials } from "./credentials.js";
import type { FetchLimits } from "./mirror.js";
import { PathSource } from "./path-source.js";
import { parseRemote } from "./remote.js";
import { RemoteSource } from "./remote-source.js";
import type { Source } from "./source-shape.js";

export type { GitCredentials } from "./credentials.js";
export type { Head, Source } from "./source-shape.js";

export interface SourceOptions {
  /** A path, or an https or ssh address. */
  readonly repo: string;
  /** Null for the branch that is checked out there. Of a remote only branches are followed. */
  readonly ref: string | null;
  /** The path of the private bare repository that a remote is fetched into. */
  readonly mirror: string;
  readonly credentials?: GitCredentials;
  readonly limits?: Partial<FetchLimits>;
}

/** Neither reads nor fetches anything yet. Throws bad_remote, transport_not_allowed, and bad_ref for a remote's. */
export async function openSource(options: SourceOptions): Promise<Source> {
  const { repo, ref, mirror, credentials = {}, limits = {} } = options;
  const remote = parseRemote(repo);
  return remote === null
    ? new PathSource(repo, ref)
    : new RemoteSource({ path: mirror, remote, ref, credentials, limits });
}
