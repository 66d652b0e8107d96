import type { RunEvent } from '../../daemon/supervisor-event.ts';
import { sentenceOf } from '../run/sentence.ts';
import { plain } from '../terminal/escape.ts';

/** A line of the log as a sentence for a person; null for those that only machines read. */
export function logSentence(line: string): string | null {
  const entry = parsed(line);
  if (entry === null) return plain(line);
  const { at, kind, child } = entry;
  const text = wordsOf(entry, kind);
  return text === null ? null : `${new Date(at).toISOString()} ${plain(String(child))}: ${text}`;
}

type Entry = { readonly at: number; readonly kind: string; readonly child?: unknown } & Readonly<
  Record<string, unknown>
>;

function wordsOf(entry: Entry, kind: string): string | null {
  if (kind === 'output') return plain(String(entry['line']));
  if (kind === 'log-gap') return `${String(entry['missing'])} lines are missing here: the disk refused them.`;
  return sentenceOf(entry as unknown as RunEvent);
}

function parsed(line: string): Entry | null {
  try {
    const entry = JSON.parse(line) as Partial<Entry> | null;
    return typeof entry?.at === 'number' && typeof entry.kind === 'string' ? (entry as Entry) : null;
  } catch {
    // Half of a line that the disk did not take whole.
    return null;
  }
}
