/** A member of a list with its parameters, all as text. */
export interface ListMember {
  readonly name: string;
  readonly parameters: Readonly<Record<string, string>>;
}

/**
 * Reads as much of RFC 9651 as rate limits use: members parted by commas, parameters by semicolons, strings in quotes.
 * Lenient: what does not belong there is read as part of a name or value. `limit=10, reset=5` are members with a value.
 */
export function parseList(text: string): ListMember[] {
  return split(text, ',').flatMap((member) => {
    const [name = '', ...rest] = split(member, ';');
    if (name === '') return [];
    const parameters = Object.fromEntries(rest.map(pair));
    const [own, value] = pair(name);
    return [{ name: own, parameters: value === '' ? parameters : { ...parameters, '': value } }];
  });
}

function pair(text: string): [string, string] {
  const at = text.startsWith('"') ? -1 : text.indexOf('=');
  return at < 0 ? [text, ''] : [text.slice(0, at).trim().toLowerCase(), text.slice(at + 1).trim()];
}

/** Parts at a separator outside quotes; a quote that is never closed reaches to the end. */
function split(text: string, separator: string): string[] {
  const parts: string[] = [];
  let quoted = false;
  let start = 0;
  for (let index = 0; index < text.length; index += 1) {
    const character = text[index];
    if (quoted && character === '\\') index += 1;
    else if (character === '"') quoted = !quoted;
    else if (character === separator && !quoted) {
      parts.push(text.slice(start, index).trim());
      start = index + 1;
    }
  }
  parts.push(text.slice(start).trim());
  return parts;
}
