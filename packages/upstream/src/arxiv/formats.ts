import { dayText } from '../days.ts';
import { authorLine } from '../text/authors.ts';
import { escapeXml } from '../text/escape.ts';
import type { ArxivPaper } from './paper.ts';
import type { Prefix } from './request.ts';

/** Schema and namespace of a prefix, as ListMetadataFormats gives them. */
export const formats: Readonly<Record<Prefix, { readonly schema: string; readonly namespace: string }>> = {
  oai_dc: {
    schema: 'http://www.openarchives.org/OAI/2.0/oai_dc.xsd',
    namespace: 'http://www.openarchives.org/OAI/2.0/oai_dc/',
  },
  arXiv: { schema: 'http://arxiv.org/OAI/arXiv.xsd', namespace: 'http://arxiv.org/OAI/arXiv/' },
  arXivOld: { schema: 'http://arxiv.org/OAI/arXivOld.xsd', namespace: 'http://arxiv.org/OAI/arXivOld/' },
  arXivRaw: { schema: 'http://arxiv.org/OAI/arXivRaw.xsd', namespace: 'http://arxiv.org/OAI/arXivRaw/' },
};

/** A paper in one of the four formats, `<metadata>` not included. */
export function metadata(paper: ArxivPaper, prefix: Prefix): string {
  switch (prefix) {
    case 'arXiv':
      return root('arXiv', arxiv(paper));
    case 'arXivRaw':
      return root('arXivRaw', raw(paper));
    case 'arXivOld':
      return root('arXivOld', old(paper));
    case 'oai_dc':
      return dublinCore(paper);
  }
}

function root(prefix: Prefix, content: string): string {
  const { namespace, schema } = formats[prefix];
  const xsi = 'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"';
  return `<${prefix} xmlns="${namespace}" ${xsi} xsi:schemaLocation="${namespace} ${schema}">\n${content}</${prefix}>`;
}

/** An element, or nothing when its text is empty. */
function optional(name: string, text: string): string {
  return text === '' ? '' : ` <${name}>${escapeXml(text)}</${name}>\n`;
}

function arxiv(paper: ArxivPaper): string {
  const current = paper.versions.at(-1)?.second ?? 0;
  const authors = paper.authors
    .map(({ key, fore, suffix, affiliation }) => {
      const parts = [
        ['keyname', key.unicode],
        ['forenames', fore.unicode],
        ['suffix', suffix],
        ['affiliation', affiliation],
      ];
      return `<author>${parts.map(([name = '', text = '']) => (text === '' ? '' : `<${name}>${escapeXml(text)}</${name}>`)).join('')}</author>`;
    })
    .join('');
  return [
    optional('id', paper.id),
    // The original prints the date of the current version here, against its own schema's note.
    optional('created', dayText(current)),
    paper.versions.length > 1 ? optional('updated', dayText(current)) : '',
    ` <authors>${authors}</authors>\n`,
    optional('title', paper.title.unicode),
    optional('categories', paper.categories.join(' ')),
    optional('comments', paper.comments),
    optional('proxy', paper.proxy),
    optional('report-no', paper.reportNo),
    optional('msc-class', paper.mscClass),
    acmBug(paper),
    optional('journal-ref', paper.journalRef),
    optional('doi', paper.doi),
    optional('license', paper.license),
    ` <abstract>  ${paper.abstractXml('unicode')}\n</abstract>\n`,
  ].join('');
}

function raw(paper: ArxivPaper): string {
  const versions = paper.versions.map(
    ({ second, size, sourceType }, i) =>
      ` <version version="v${i + 1}"><date>${new Date(second * 1000).toUTCString()}</date><size>${size}</size>` +
      `${sourceType === '' ? '' : `<source_type>${sourceType}</source_type>`}</version>\n`,
  );
  return [
    optional('id', paper.id),
    optional('submitter', paper.submitter),
    ...versions,
    optional('title', paper.title.tex),
    optional('authors', authorLine(paper.authors, 'tex')),
    optional('categories', paper.categories.join(' ')),
    optional('comments', paper.comments),
    optional('proxy', paper.proxy),
    optional('report-no', paper.reportNo),
    acmBug(paper),
    optional('msc-class', paper.mscClass),
    optional('journal-ref', paper.journalRef),
    optional('doi', paper.doi),
    optional('license', paper.license),
    ` <abstract>  ${paper.abstractXml('tex')}\n</abstract>\n`,
  ].join('');
}

/** The original fills acm-class from msc-class, and with the text `None` when there is none. */
function acmBug(paper: ArxivPaper): string {
  return paper.acmClass === '' ? '' : optional('acm-class', paper.mscClass === '' ? 'None' : paper.mscClass);
}

function old(paper: ArxivPaper): string {
  return [
    optional('id', paper.id),
    optional('title', paper.title.tex),
    optional('authors', authorLine(paper.authors, 'tex')),
    optional('categories', paper.categories.join(' ')),
    optional('comments', paper.comments),
    optional('proxy', paper.proxy),
    optional('report-no', paper.reportNo),
    optional('msc-class', paper.mscClass),
    optional('acm-class', paper.acmClass),
    optional('journal-ref', paper.journalRef),
    optional('doi', paper.doi),
    ` <abstract>  ${paper.abstractXml('tex')}\n</abstract>\n`,
    optional('license', paper.license),
  ].join('');
}

function dublinCore(paper: ArxivPaper): string {
  const { namespace, schema } = formats.oai_dc;
  const dates = [
    ...new Set([paper.versions[0], paper.versions.at(-1)].map((version) => dayText(version?.second ?? 0))),
  ];
  return [
    `<oai_dc:dc xmlns:oai_dc="${namespace}" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="${namespace} ${schema}">\n`,
    optional('dc:title', paper.title.unicode),
    ...paper.authors.map(({ key, fore }) =>
      optional('dc:creator', [key.unicode, fore.unicode].filter((part) => part !== '').join(', ')),
    ),
    ...paper.categories.map((category) => optional('dc:subject', category)),
    ...(paper.acmClass === '' ? [] : [optional('dc:subject', paper.acmClass)]),
    ` <dc:description>  ${paper.abstractXml('unicode')}\n</dc:description>\n`,
    paper.comments === '' ? '' : optional('dc:description', `Comment: ${paper.comments}`),
    ...dates.map((date) => optional('dc:date', date)),
    optional('dc:type', 'text'),
    optional('dc:identifier', `http://arxiv.org/abs/${paper.id}`),
    paper.doi === '' ? '' : optional('dc:identifier', `doi:${paper.doi}`),
    '</oai_dc:dc>',
  ].join('');
}
