/** Which revisions an operator may name, and in which order a name is looked up. */
import { AppError } from "../errors.js";

/** Nothing git could read as an option, a range, a reflog entry or a path (docs/threats.md G1). */
const NAME = /^[A-Za-z0-9][A-Za-z0-9._/-]{0,200}$/;
const OBJECT_ID = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;
const ABBREVIATED_ID = /^[0-9a-f]{7,}$/;

/**
 * The full names that `ref` may stand for, first match wins. Branches come before tags, unlike in git itself: else
 * whoever may push a tag could shadow a protected branch. Throws bad_ref.
 */
export function refCandidates(ref: string): readonly string[] {
  if (!NAME.test(ref) || ref.includes("..") || ref.startsWith("refs/replace/")) {
    throw new AppError(
      "bad_ref",
      `${JSON.stringify(ref.slice(0, 80))} cannot be the name of a branch, tag or commit`,
      {
        hint: "use letters, digits and . _ / - only, or the commit id",
      },
    );
  }
  if (ref === "HEAD" || ref.startsWith("refs/") || OBJECT_ID.test(ref)) {
    return [ref];
  }
  const named = [`refs/heads/${ref}`, `refs/tags/${ref}`, `refs/remotes/${ref}`];
  return ABBREVIATED_ID.test(ref) ? [...named, ref] : named;
}
