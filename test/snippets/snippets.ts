/** One program in a document: a fence of `ts` with what a comment before it gives. */
export interface Snippet {
  /** `docs/x.md:12`, where its fence begins. */
  readonly place: string;
  /** Its text, with what is given before it. */
  readonly code: string;
  /** Compiled, but not run: why. */
  readonly notRun: string | undefined;
}

/**
 * The `ts` fences of a document. A comment of HTML right before a fence says what its reader has anyway:
 *
 *     <!-- given: const send = async (to: string) => to; -->     put before the code
 *     <!-- not run: needs a database -->                          compiled only
 */
export function snippetsOf(path: string, text: string): readonly Snippet[] {
  const found: Snippet[] = [];
  const fence = /((?:^<!-- (?:given|not run):\s[\s\S]*?-->\n+)*)^```ts\n([\s\S]*?)^```$/gm;
  for (const match of text.matchAll(fence)) {
    const [, comments = '', code = ''] = match;
    const line = text.slice(0, match.index + comments.length).split('\n').length;
    const said = (what: string): string[] =>
      [...comments.matchAll(new RegExp(`<!-- ${what}:\\s([\\s\\S]*?)-->`, 'g'))].map(([, words = '']) =>
        words.trim(),
      );
    found.push({
      place: `${path}:${line}`,
      code: [...said('given'), code].join('\n'),
      notRun: said('not run')[0],
    });
  }
  return found;
}
