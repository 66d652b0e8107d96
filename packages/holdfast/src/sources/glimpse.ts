/** So much of a body is looked at: the text of an error page stands near its beginning. */
const LOOKED_AT_BYTES = 16_384;

const CHARACTERS: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
  '#39': "'",
  nbsp: ' ',
};

/**
 * The beginning of what a body says, for a person, on one line of at most `longest` characters: of HTML and XML
 * only the visible text. Not made safe for a terminal or a page: whoever shows it does that.
 */
export function glimpse(body: Uint8Array, longest = 200): string {
  if (body.length === 0) return 'no body';
  const text = new TextDecoder().decode(body.subarray(0, LOOKED_AT_BYTES)).trim();
  const said = text.startsWith('<') ? visibleText(text) : text;
  // The heading of an error page mostly says its title again.
  const line = said
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, 1_000)
    .replace(/^(.{4,200}?) \1(?= |$)/, '$1');
  if (line === '') return text === '' ? 'no body' : 'a page without text';
  return line.length <= longest ? line : `${line.slice(0, longest - 1)}…`;
}

function visibleText(markup: string): string {
  return markup
    .replace(/<!--[\s\S]*?(-->|$)/g, ' ')
    .replace(/<(script|style)\b[\s\S]*?(<\/\1\s*>|$)/gi, ' ')
    .replace(/<[^>]*(>|$)/g, ' ')
    .replace(/&(\w+|#39);/g, (reference, name: string) => CHARACTERS[name] ?? reference);
}
