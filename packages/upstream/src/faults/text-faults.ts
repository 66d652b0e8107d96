import type { Reply } from '../exchange.ts';
import type { Kind } from '../kind.ts';
import { everywhere, json, oai, type FaultContext, type FaultDefinition } from './definition.ts';

/** Pages whose bytes are not what the format allows, or whose fields are not what the source documents. */
export const textFaults: readonly FaultDefinition[] = [
  text('control-character', 'A control character (U+0001) inside a record.', everywhere, (page) =>
    inRecord(page, '\u0001'),
  ),
  text('nul-character', 'A NUL inside a record.', everywhere, (page) => inRecord(page, '\u0000')),
  text('undefined-entity', 'The entity &nbsp; without a declaration.', oai, (page) =>
    inRecord(page, ' &nbsp; '),
  ),
  text('bare-ampersand', 'An ampersand that begins no entity.', oai, (page) =>
    inRecord(page, ' R&D & more '),
  ),
  text('mismatched-tag', 'A start tag without its end tag inside a record.', oai, (page) =>
    inRecord(page, '<i>'),
  ),
  text('doctype-entity', 'A document type with an entity of its own, used in a record.', oai, (page) =>
    inRecord(page, ' &own; ').replace('?>\n', '?>\n<!DOCTYPE OAI-PMH [<!ENTITY own "of our own">]>\n'),
  ),
  text('second-root', 'A second root element after the first.', oai, (page) => `${page}<OAI-PMH/>\n`),
  text(
    'trailing-text',
    'Text after the end of the document.',
    everywhere,
    (page) => `${page}\nNotice: undefined index in list.php on line 7\n`,
  ),
  text(
    'leading-text',
    'A server notice before the document.',
    everywhere,
    (page) => `Warning: mysql_connect() in db.php on line 3\n${page}`,
  ),
  text('no-namespaces', 'All namespace declarations are missing.', oai, (page) =>
    page.replace(/ xmlns(:\w+)?="[^"]*"| xsi:schemaLocation="[^"]*"/g, ''),
  ),
  text('missing-id', 'One record without its identifier.', everywhere, (page) =>
    once(page, /<identifier>[^<]*<\/identifier>|"doi":"[^"]*",/g, () => ''),
  ),
  text('future-datestamp', 'One record is stamped ten years ahead.', everywhere, (page) =>
    once(
      page,
      /(<datestamp>|"date":")(\d{4})/g,
      (all) => all.slice(0, -4) + String(Number(all.slice(-4)) + 10),
    ),
  ),
  text('huge-abstract', 'An abstract of ten million characters.', everywhere, (page, { settings }) =>
    inRecord(page, ' lengthy'.repeat(Math.ceil(settings.hugeChars / ' lengthy'.length))),
  ),
  text('renamed-field', 'The titles are called something else.', everywhere, (page) =>
    page.replaceAll('"title":', '"paper_title":').replaceAll(/(<\/?)(dc:)?title>/g, '$1$2headline>'),
  ),
  text('missing-counts', 'The message has neither count nor total.', json, (page) =>
    page.replace(/"count":\d+,"count_new_papers":"\d+","total":"\d+"/, '"note":"counts unavailable"'),
  ),
  text('scalar-collection', 'The collection is one object instead of a list.', json, (page) => {
    const parsed = JSON.parse(page) as { messages: unknown; collection: unknown[] };
    return JSON.stringify({ messages: parsed.messages, collection: parsed.collection[0] });
  }),
  plain('bad-utf8', 'A byte sequence that is not UTF-8 inside a record.', (page) => {
    const marked = Buffer.from(inRecord(page, 'ZZBADZZ'));
    const at = marked.indexOf('ZZBADZZ');
    return Buffer.concat([marked.subarray(0, at), Buffer.from([0xc3, 0x28]), marked.subarray(at + 7)]);
  }),
  plain('latin1-mislabelled', 'Latin-1 bytes in a page that says it is UTF-8.', (page) =>
    Buffer.from(inRecord(page, ' Müller-Lüdenscheidt, Élysée ').replace(/[^\u0000-\u00ff]/g, '?'), 'latin1'),
  ),
  plain('bom', 'A byte order mark before the document.', (page) => Buffer.from(`\ufeff${page}`)),
];

function text(
  name: string,
  about: string,
  kinds: readonly Kind[],
  change: (page: string, context: FaultContext) => string,
): FaultDefinition {
  return { name, about, kinds, needs: 'rows', delivers: true, effect: { layer: 'text', change } };
}

function plain(name: string, about: string, change: (page: string) => Uint8Array): FaultDefinition {
  const damage = (reply: Reply): Reply => ({ ...reply, body: change(Buffer.from(reply.body).toString()) });
  return {
    name,
    about,
    kinds: everywhere,
    needs: 'rows',
    delivers: true,
    effect: { layer: 'plain', change: damage },
  };
}

/** Puts something into a free text of a record near the middle of the page; into an identifier where there is nothing else. */
function inRecord(page: string, insertion: string): string {
  const json = page.startsWith('{');
  const mark = json ? /"abstract":"/g : /<\/(abstract|dc:description|summary)>/g;
  const fallback = /<\/identifier>/g;
  const at = near(page, mark) ?? near(page, fallback);
  if (at === undefined) throw new Error('the page has no record to damage');
  const place = json ? at.end : at.start;
  return page.slice(0, place) + insertion + page.slice(place);
}

/** Replaces one match near the middle. */
function once(page: string, pattern: RegExp, replace: (match: string) => string): string {
  const at = near(page, pattern);
  if (at === undefined) throw new Error('the page has no record to damage');
  return page.slice(0, at.start) + replace(page.slice(at.start, at.end)) + page.slice(at.end);
}

function near(page: string, pattern: RegExp): { start: number; end: number } | undefined {
  for (const from of [Math.floor(page.length / 2), 0]) {
    const search = new RegExp(pattern.source, 'g');
    search.lastIndex = from;
    const match = search.exec(page);
    if (match !== null) return { start: match.index, end: match.index + match[0].length };
  }
  return undefined;
}
