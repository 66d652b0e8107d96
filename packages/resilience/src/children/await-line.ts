/** A line that is longer is looked at in pieces, so that a child cannot fill the memory. */
const LONGEST_LINE = 64 * 1_024;

/** Takes chunks of text and calls back once, with the first line that holds the text or fits the pattern. */
export function awaitLine(wanted: string | RegExp, onLine: () => void): (chunk: string) => void {
  let rest = '';
  let found = false;
  return (chunk) => {
    if (found) return;
    const lines = (rest + chunk).split(/\r?\n/);
    const begun = lines.pop() ?? '';
    // Before its beginning is forgotten.
    if (begun.length > LONGEST_LINE) lines.push(begun);
    rest = begun.slice(-LONGEST_LINE);
    found = lines.some((line) => (typeof wanted === 'string' ? line.includes(wanted) : wanted.test(line)));
    if (found) onLine();
  };
}
