/** Which messages say nothing new: those whose key was told a short while ago. Pure. */
import type { Instant, Seconds } from "../model/time.js";
import { secondsBetween } from "../protocol/instant.js";
import type { Message } from "./message.js";

const WINDOW: Seconds = 300;

export class Repeats {
  readonly #told = new Map<string, Instant>();
  /** Key of what was last told of each subject. */
  readonly #latest = new Map<string, string>();
  /** Repeats that contradict what was last told of their subject: they are told once their window has ended. */
  readonly #held = new Map<string, Message>();

  /** Whether the message is to be told now. */
  admit(message: Message, now: Instant): boolean {
    const { key, subject } = message;
    if (this.#isRecent(key, now)) {
      if (subject !== null) {
        if (this.#latest.get(subject) === key) this.#held.delete(subject);
        else this.#held.set(subject, message);
      }
      return false;
    }
    for (const known of this.#told.keys()) {
      if (!this.#isRecent(known, now)) this.#told.delete(known);
    }
    this.#told.set(key, now);
    if (subject !== null) {
      this.#latest.set(subject, key);
      this.#held.delete(subject);
    }
    return true;
  }

  /** Held messages whose window has ended, so that what stays is never the older news. */
  due(now: Instant): readonly Message[] {
    return [...this.#held.values()].filter(({ key }) => !this.#isRecent(key, now));
  }

  #isRecent(key: string, now: Instant): boolean {
    const told = this.#told.get(key);
    if (told === undefined) return false;
    const age = secondsBetween(told, now);
    // A clock that was set back must not silence anybody for longer than the window.
    return age >= 0 && age < WINDOW;
  }
}
