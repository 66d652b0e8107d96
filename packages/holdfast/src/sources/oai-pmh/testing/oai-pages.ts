/** Builds OAI-PMH answers for tests, independently of the code that reads them. */

export function escapeXml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}

export function oaiPage(verb: string, inside: string, responseDate = '2026-09-01T10:00:00Z'): string {
  return `<?xml version="1.0" encoding="UTF-8"?>
<OAI-PMH xmlns="http://www.openarchives.org/OAI/2.0/">
<responseDate>${responseDate}</responseDate>
<request verb="${verb}">http://upstream.test/oai</request>
${verb === '' ? inside : `<${verb}>\n${inside}\n</${verb}>`}
</OAI-PMH>
`;
}

export function oaiHeader(identifier: string, datestamp: string, status = ''): string {
  return `<header${status === '' ? '' : ` status="${status}"`}><identifier>${escapeXml(identifier)}</identifier><datestamp>${datestamp}</datestamp></header>`;
}

export function oaiRecord(identifier: string, datestamp: string, metadata: string): string {
  return `<record>${oaiHeader(identifier, datestamp)}<metadata>${metadata}</metadata></record>`;
}

export function dublinCore(elements: readonly (readonly [string, string])[]): string {
  const inside = elements.map(([name, text]) => `<dc:${name}>${escapeXml(text)}</dc:${name}>`).join('\n');
  return `<oai_dc:dc xmlns:oai_dc="http://www.openarchives.org/OAI/2.0/oai_dc/" xmlns:dc="http://purl.org/dc/elements/1.1/">\n${inside}\n</oai_dc:dc>`;
}

export function arxivMetadata(id: string, title: string): string {
  return `<arXiv xmlns="http://arxiv.org/OAI/arXiv/"><id>${id}</id><created>2020-01-01</created><authors><author><keyname>Doe</keyname><forenames>J.</forenames></author></authors><title>${escapeXml(title)}</title><categories>cs.LG</categories><abstract>None.</abstract></arXiv>`;
}

export function oaiError(code: string, text = ''): string {
  return oaiPage('', `<error code="${code}">${escapeXml(text)}</error>`);
}
