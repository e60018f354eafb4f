/** Notifications as the bodies that are sent. Pure. */
import type { Message } from "./message.js";

/** The text of a block may have 3000 characters. */
const MAX_TITLE = 300;
const MAX_TEXT = 2500;

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  "@": "@\u{200b}",
};

/** A message on its way: what it is called there, who speaks, and what was left out since the one before. */
export interface Notification extends Message {
  /** The same however often it is sent. */
  readonly id: string;
  /** The repository's address, without secrets. */
  readonly source: string;
  readonly suppressed: number;
  readonly dropped: number;
}

/** The payload that Standard Webhooks recommends. `data` holds what belongs to the type. */
export function webhookBody(notification: Notification): string {
  const { type, occurred_at, fields, source, severity, title, text } = notification;
  const { suppressed, dropped } = notification;
  return JSON.stringify({
    type,
    timestamp: occurred_at,
    data: { ...fields, source, severity, title, text, suppressed, dropped },
  });
}

/** One Slack message for several notifications, each a section and a line of context; at least one. */
export function slackBody(notifications: readonly Notification[]): string {
  const titles = notifications.map(({ title }) => escaped(title, MAX_TITLE));
  const blocks = notifications.flatMap((notification) => {
    const { severity, title, text, source, occurred_at } = notification;
    const heading = `*${severity.toUpperCase()}* ${escaped(title, MAX_TITLE)}`;
    const details = text === "" ? "" : `\n${escaped(text, MAX_TEXT)}`;
    const context = [escaped(source, MAX_TITLE), occurred_at, ...omissions(notification)];
    return [
      { type: "section", text: markdown(`${heading}${details}`) },
      { type: "context", elements: [markdown(context.join(" · "))] },
    ];
  });
  return JSON.stringify({ text: titles.join("\n"), blocks });
}

/** `verbatim`: names of people and channels are not looked for. */
function markdown(text: string): object {
  return { type: "mrkdwn", text, verbatim: true };
}

/**
 * Slack's three control characters, and no @ that a receiver which is only like Slack would take for a mention.
 * `most` bounds the length after escaping, which is what Slack counts.
 */
function escaped(text: string, most: number): string {
  let result = "";
  for (const character of text) {
    const next = ESCAPES[character] ?? character;
    if (result.length + next.length > most) return `${result}…`;
    result += next;
  }
  return result;
}

function omissions({ suppressed, dropped }: Notification): readonly string[] {
  return [
    ...(suppressed > 0 ? [`${suppressed} repeated since the last message`] : []),
    ...(dropped > 0 ? [`${dropped} lost`] : []),
  ];
}
