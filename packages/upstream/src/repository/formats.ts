import { escapeXml } from '../text/escape.ts';
import type { Item } from './corpus.ts';

/** The prefixes of the repository. */
export const prefixes = ['oai_dc', 'mods'] as const;
/** One of them. */
export type Prefix = (typeof prefixes)[number];

/** Schema and namespace of a prefix. */
export const formats: Readonly<Record<Prefix, { readonly schema: string; readonly namespace: string }>> = {
  oai_dc: {
    schema: 'http://www.openarchives.org/OAI/2.0/oai_dc.xsd',
    namespace: 'http://www.openarchives.org/OAI/2.0/oai_dc/',
  },
  mods: {
    schema: 'http://www.loc.gov/standards/mods/v3/mods-3-2.xsd',
    namespace: 'http://www.loc.gov/mods/v3',
  },
};

/** An item in a format, `<metadata>` not included. */
export function metadata(item: Item, prefix: Prefix): string {
  return prefix === 'oai_dc' ? dublinCore(item) : mods(item);
}

const xsi = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"';

function dublinCore(item: Item): string {
  const { namespace, schema } = formats.oai_dc;
  const field = (name: string, text: string): string => `<dc:${name}>${escapeXml(text)}</dc:${name}>\n`;
  return [
    `<oai_dc:dc xmlns:oai_dc="${namespace}" xmlns:dc="http://purl.org/dc/elements/1.1/" ${xsi} xsi:schemaLocation="${namespace} ${schema}">\n`,
    field('title', item.title),
    ...item.authors.map((author) => field('creator', name(author.key.unicode, author.fore.unicode))),
    field('subject', item.subject),
    `<dc:description>${item.abstractXml}</dc:description>\n`,
    field('date', item.date),
    field('type', 'info:eu-repo/semantics/article'),
    field('identifier', item.identifier),
    item.doi === '' ? '' : field('identifier', `doi:${item.doi}`),
    field('language', item.language),
    '</oai_dc:dc>',
  ].join('');
}

function mods(item: Item): string {
  const { namespace, schema } = formats.mods;
  return [
    `<mods xmlns="${namespace}" version="3.2" ${xsi} xsi:schemaLocation="${namespace} ${schema}">\n`,
    `<titleInfo><title>${escapeXml(item.title)}</title></titleInfo>\n`,
    ...item.authors.map(
      ({ key, fore, affiliation }) =>
        `<name type="personal"><namePart type="family">${escapeXml(key.unicode)}</namePart>` +
        `${fore.unicode === '' ? '' : `<namePart type="given">${escapeXml(fore.unicode)}</namePart>`}` +
        `${affiliation === '' ? '' : `<affiliation>${escapeXml(affiliation)}</affiliation>`}</name>\n`,
    ),
    `<typeOfResource>text</typeOfResource>\n<originInfo><dateIssued>${item.date}</dateIssued></originInfo>\n`,
    `<language><languageTerm type="code" authority="iso639-2b">${item.language}</languageTerm></language>\n`,
    `<abstract>${item.abstractXml}</abstract>\n<subject><topic>${escapeXml(item.subject)}</topic></subject>\n`,
    `<identifier type="uri">${escapeXml(item.identifier)}</identifier>\n`,
    item.doi === '' ? '' : `<identifier type="doi">${escapeXml(item.doi)}</identifier>\n`,
    '</mods>',
  ].join('');
}

function name(key: string, fore: string): string {
  return fore === '' ? key : `${key}, ${fore}`;
}
