/** What `--repo` may be: a path, or an https or ssh address that is judged before git sees it (docs/threats.md G1, G2). */
import { AppError } from "../errors.js";

export interface RemoteAddress {
  readonly transport: "https" | "ssh";
  /** As git gets it. It holds no secret, so it may be shown too. */
  readonly address: string;
}

const MAX_LENGTH = 2048;
/** `ext::sh -c id`: the name of a program of git's, and what it is told. */
const HELPER = /^([A-Za-z0-9][A-Za-z0-9+.-]{0,30})::/;
const SCHEME = /^([A-Za-z][A-Za-z0-9+.-]{0,30}):\/\//;
/** What is left of a scheme whose slashes were forgotten; to git that would be the name of a host. */
const SCHEME_NAMES = new Set(["ext", "fd", "file", "ftp", "ftps", "git", "http", "https", "ssh"]);
/** The unreserved and reserved characters of RFC 3986 without `?` and `#`, which no repository needs, and `%` escapes. */
const URL_TEXT = /^(?:[A-Za-z0-9\-._~:/[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})+$/;
const CONTROL_ESCAPE = /%(?:[01][0-9A-F]|7F)/i;
const USER = /^[A-Za-z0-9_][A-Za-z0-9_.+-]{0,63}$/;
const HOST = /^(?:[A-Za-z0-9](?:[A-Za-z0-9._-]{0,251}[A-Za-z0-9])?|\[[0-9A-Fa-f:.]{2,45}\])$/;
const PORT = /^[1-9][0-9]{0,4}$/;

/**
 * The remote that `repo` names, or null when it is a path. As in git, a colon before the first slash makes it
 * `host:path`; a path with one there is written `./a:b`. Throws bad_remote, transport_not_allowed. No message holds more
 * of the text than the name of its transport: the rest may be a password.
 */
export function parseRemote(repo: string): RemoteAddress | null {
  if (repo === "") throw bad("is empty");
  if (repo.startsWith("-")) throw bad("begins with -");
  if (/\p{Cc}/u.test(repo)) throw bad("holds a control character");
  const helper = HELPER.exec(repo)?.[1];
  if (helper !== undefined) throw notAllowed(`${helper}::`);
  const scheme = SCHEME.exec(repo)?.[1];
  if (scheme !== undefined) return parseUrl(repo, scheme);
  const colon = repo.indexOf(":");
  const slash = repo.indexOf("/");
  if (colon === -1 || (slash !== -1 && slash < colon)) return null;
  return parseHostPath(repo, colon);
}

function parseUrl(repo: string, scheme: string): RemoteAddress {
  if (scheme !== "https" && scheme !== "ssh") throw notAllowed(`${scheme}://`);
  checkText(repo);
  const rest = repo.slice(scheme.length + "://".length);
  const slash = rest.indexOf("/");
  if (slash === -1 || slash === rest.length - 1) throw bad("names no repository on its host");
  checkAuthority(scheme, rest.slice(0, slash));
  return { transport: scheme, address: repo };
}

/** `user@host:path`, the short form of ssh. Of brackets, only those around an IPv6 address may hold a colon. */
function parseHostPath(repo: string, firstColon: number): RemoteAddress {
  const name = repo.slice(0, firstColon);
  if (SCHEME_NAMES.has(name.toLowerCase())) throw notAllowed(`${name}:`);
  checkText(repo);
  const bracket = repo.indexOf("]:");
  const end = name.includes("[") && bracket !== -1 ? bracket + 1 : firstColon;
  const path = repo.slice(end + 1);
  if (path === "" || path.startsWith("-")) throw bad("names no repository on its host");
  // `user:password@host:path` reads so.
  if (path.includes("@")) throw bad("holds an @ behind its host, as a password would");
  checkAuthority("ssh", repo.slice(0, end));
  return { transport: "ssh", address: repo };
}

function checkText(repo: string): void {
  if (repo.length > MAX_LENGTH) throw bad(`is longer than ${MAX_LENGTH} characters`);
  if (!URL_TEXT.test(repo)) throw bad("holds a character that no address of a repository needs");
  if (CONTROL_ESCAPE.test(repo)) throw bad("holds an escaped control character");
}

function checkAuthority(transport: "https" | "ssh", authority: string): void {
  const at = authority.lastIndexOf("@");
  const user = at === -1 ? null : authority.slice(0, at);
  if (user?.includes(":") === true) throw bad("holds a password");
  if (user !== null && transport === "https") throw bad("holds a user name");
  if (user !== null && !USER.test(user)) throw bad("holds a user name that ssh may misread");
  const place = authority.slice(at + 1);
  const [, host, port] = /^(\[[^\]]*\]|[^:]*)(?::(.*))?$/.exec(place) ?? [];
  if (host === undefined || !HOST.test(host)) throw bad("has no proper host name");
  if (port !== undefined && !(PORT.test(port) && Number(port) <= 65_535)) {
    throw bad("has no proper port");
  }
}

function bad(what: string): AppError {
  return new AppError("bad_remote", `the address of the repository ${what}`);
}

function notAllowed(transport: string): AppError {
  return new AppError("transport_not_allowed", `${transport} is no transport for a repository`);
}

/** What people are told is followed: the path, or the address without secrets. Throws as `parseRemote`. */
export function displayOf(repo: string): string {
  return parseRemote(repo)?.address ?? repo;
}
