import type { Readable } from 'node:stream';

/** A line without an end is cut here, so that memory stays flat. */
const LONGEST_LINE = 16_384;

/** Calls with each line that comes, without its end; a last one without an end counts too. */
export function eachLine(stream: Readable | null, onLine: (line: string) => void): void {
  let kept = '';
  const tell = (line: string): void => {
    if (line !== '') onLine(line.replace(/\r$/, ''));
  };
  stream?.setEncoding('utf8');
  stream?.on('data', (text: string) => {
    const lines = (kept + text).split('\n');
    kept = lines.pop() ?? '';
    lines.forEach(tell);
    if (kept.length <= LONGEST_LINE) return;
    tell(kept);
    kept = '';
  });
  stream?.on('end', () => tell(kept));
  // A pipe that breaks has ended.
  stream?.on('error', () => undefined);
}
