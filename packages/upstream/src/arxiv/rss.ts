import { daySeconds, dayOf } from '../days.ts';
import type { Answer, Call } from '../page.ts';
import { escapeXml } from '../text/escape.ts';
import { inSet, setSpec, setSpecs } from './categories.ts';
import type { ArxivCorpus } from './corpus.ts';

const cap = 2000;

/** Answers `/rss/cat+cat`: the papers of the newest day in the list, at most 2,000. */
export function arxivRss(corpus: ArxivCorpus, call: Call): Answer {
  const wanted = decodeURIComponent(call.path.slice('/rss/'.length))
    .split('+')
    .filter((name) => name !== '');
  const newest = corpus.list.listed === 0 ? 0 : corpus.list.second(corpus.list.at(corpus.list.listed - 1));
  const rows: number[] = [];
  for (
    let place = corpus.list.lowerBound(dayOf(newest) * daySeconds);
    place < corpus.list.listed && rows.length < cap;
    place += 1
  ) {
    const row = corpus.list.at(place);
    const specs = setSpecs(corpus.paper(row).categories, true);
    if (
      wanted.some((name) =>
        inSet(specs, name.includes('.') || specs.includes(setSpec(name)) ? setSpec(name) : name),
      )
    )
      rows.push(row);
  }
  const date = new Date(call.now).toUTCString();
  const text =
    '<?xml version="1.0" encoding="UTF-8"?>\n<rss xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/" version="2.0"><channel>\n' +
    `<title>${escapeXml(wanted.join('+'))} updates on arXiv.org</title><link>http://rss.arxiv.org${escapeXml(call.path)}</link><description>updates</description>\n` +
    `<lastBuildDate>${date}</lastBuildDate><skipDays><day>Saturday</day><day>Sunday</day></skipDays>\n${rows.map((row) => item(corpus, row)).join('')}</channel></rss>\n`;
  return { type: 'text', status: 200, contentType: 'text/xml; charset=utf-8', cache: 'none', rows, text };
}

function item(corpus: ArxivCorpus, row: number): string {
  const paper = corpus.paper(row);
  const version = paper.versions.length;
  return (
    `<item><title>${escapeXml(paper.title.unicode)}</title><link>https://arxiv.org/abs/${paper.id}</link>` +
    `<description>${paper.abstractXml('unicode')}</description><guid isPermaLink="false">oai:arXiv.org:${paper.id}v${version}</guid>` +
    `<arxiv:announce_type>${version === 1 ? 'new' : 'replace'}</arxiv:announce_type></item>\n`
  );
}
