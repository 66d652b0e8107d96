import type { Match } from './match-pages.ts';

/** A message that is to be sent. The reference tells it from everything else in the list of sent messages. */
export type Message = { readonly to: string; readonly reference: string; readonly body: string };

/** The message for a match; always the same one. */
export function writeMessage(match: Match): Message {
  const [name = match.name] = match.name.split(' ');
  return {
    to: match.id,
    reference: `hello-${match.id}`,
    body: `Hello ${name},\n\nour scores agree by ${match.score}. Would you like to meet for coffee?`,
  };
}
