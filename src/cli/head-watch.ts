/** Follows the head of the repository that a service speaks for. */
import { AppError } from "../errors.js";
import { Repository } from "../git/repository.js";
import { watchRefs } from "../git/watch.js";

export interface HeadWatch {
  /** The newest commit of the ref; null while it has none, or where there is no repository. */
  readonly current: () => { readonly commit: string } | null;
  close(): Promise<void>;
}

/** A state can be served without its repository: then there is no head to follow. */
export async function watchHead(dir: string, ref: string | null): Promise<HeadWatch> {
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
    const close = await watchRefs(dir, () => void look());
    await look();
    return { current: () => head, close };
  } catch (error) {
    if (!(error instanceof AppError && error.code === "not_a_repository")) throw error;
    return { current: () => null, close: async () => {} };
  }
}
