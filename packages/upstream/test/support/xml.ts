/** An element with its children; text is kept, attributes are not. */
export interface Element {
  readonly name: string;
  readonly children: Element[];
  text: string;
}

/** Reads a document strictly, without any help from a parser of the product. @throws Error when it is not well-formed */
export function parseXml(document: string): Element {
  const root: Element = { name: '#document', children: [], text: '' };
  const open: Element[] = [root];
  const tokens =
    /<\?[^]*?\?>|<!--[^]*?-->|<!\[CDATA\[[^]*?\]\]>|<!DOCTYPE[^>[]*(?:\[[^\]]*\])?>|<(\/?)([A-Za-z_][\w.:-]*)((?:\s+[\w.:-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>|[^<]+|</g;
  for (const match of document.matchAll(tokens)) {
    const [all, close, name, attributes = '', empty] = match;
    const current = open.at(-1) ?? root;
    if (all === '<') throw new Error(`stray < at ${match.index}`);
    if (name === undefined) {
      if (!all.startsWith('<')) current.text += checked(all, current === root);
      continue;
    }
    checked(attributes.replaceAll(/["']/g, ''), false);
    if (close === '/') {
      if (current.name !== name) throw new Error(`</${name}> closes <${current.name}>`);
      open.pop();
      continue;
    }
    const element: Element = { name, children: [], text: '' };
    current.children.push(element);
    if (empty !== '/') open.push(element);
  }
  if (open.length !== 1) throw new Error(`<${open.at(-1)?.name}> is not closed`);
  const [only, ...more] = root.children;
  if (only === undefined || more.length > 0) throw new Error('not one root');
  return only;
}

function checked(text: string, outside: boolean): string {
  if (outside && text.trim() !== '') throw new Error(`text outside the root: ${text.slice(0, 40)}`);
  if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/.test(text))
    throw new Error('a character that XML does not allow');
  if (/&(?!(?:amp|lt|gt|quot|apos|#\d+|#x[\da-fA-F]+);)/.test(text))
    throw new Error('an ampersand that begins no entity');
  if (text.includes(']]>')) throw new Error(']]> in character data');
  return text;
}

/** Every element of that name below one. */
export function all(element: Element, name: string): Element[] {
  return element.children.flatMap((child) => [...(child.name === name ? [child] : []), ...all(child, name)]);
}
