/** Follows the head of the repository that a service speaks for. */
import { AppError } from "../errors.js";
import { Repository } from "../git/repository.js";
import { watchRefs } from "../git/watch.js";

export interface HeadWatch {
  /** The newest commit of the ref; null while it has none. */
  current(): { readonly commit: string } | null;
  close(): Promise<void>;
}

/** Null when `dir` is no repository: a state can be served without one. */
export async function watchHead(dir: string, ref: string | null): Promise<HeadWatch | null> {
  let head: { readonly commit: string } | null = null;
  const look = async (): Promise<void> => {
    try {
      // Opened anew each time: the branch that is checked out may be another one.
      const repository = await Repository.open(dir);
      head = await repository.resolve(ref ?? (await repository.head()));
    } catch (error) {
      // A ref may be gone for a moment; what is served does not depend on it.
      if (!(error instanceof AppError)) throw error;
      head = null;
    }
  };
  try {
    const stop = await watchRefs(dir, () => void look());
    await look();
    return { current: () => head, close: stop };
  } catch (error) {
    if (error instanceof AppError && error.code === "not_a_repository") return null;
    throw error;
  }
}
