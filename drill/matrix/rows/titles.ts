import { check } from '../../fault.ts';
import type { Row, Scene } from '../row.ts';
import { shortList } from './upstreams.ts';

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** Every title as it was served, character for character: what the drill reads of the XML is its own. */
export function titleRows(): readonly Row[] {
  return [
    {
      name: 'titles-of-all-scripts',
      quick: true,
      about: 'titles in several scripts, with signs that XML escapes',
      holds: 'Every title is stored character for character as it was served.',
      upstreams: [shortList('oai-pmh', [])],
      play,
    },
  ];
}

async function play({
  product,
  simulators: [simulator],
  runOnce,
  signal,
}: Scene): ReturnType<NonNullable<Row['play']>> {
  const exit = await runOnce();
  const answer = await fetch(`${simulator.baseUrl}?verb=ListRecords&metadataPrefix=oai_dc`, { signal });
  const served = titlesIn(await answer.text());
  const papers = new Map((await product.papers()).map(({ id, title }) => [id, title]));
  const wrong = [...served].filter(([id, title]) => papers.get(id) !== title);
  const special = [...served.values()].filter((title) => /[^\x20-\x7e]|[&<>]/.test(title)).length;
  return {
    exit,
    happened: [special, 1],
    checks: [
      check(
        'every title is as it was served',
        wrong.length === 0,
        wrong.length === 0
          ? `${String(served.size)} titles, ${String(special)} of them beyond ASCII`
          : wrong.slice(0, 2).map(([id, title]) => `${title} became ${String(papers.get(id))}`),
        'I3',
      ),
    ],
  };
}

function titlesIn(xml: string): ReadonlyMap<string, string> {
  return new Map(
    xml.split('<record>').flatMap((record) => {
      const id = /<identifier>([^<]*)</.exec(record)?.[1];
      const title = /<dc:title>([^<]*)</.exec(record)?.[1];
      return id === undefined || title === undefined ? [] : [[id, unescaped(title)] as const];
    }),
  );
}

function unescaped(text: string): string {
  return text
    .replaceAll(/&(#x[\da-f]+|#\d+|\w+);/gi, (whole, name: string) => {
      if (!name.startsWith('#')) return NAMED[name] ?? whole;
      return String.fromCodePoint(
        /^#x/i.test(name) ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1)),
      );
    })
    .replaceAll(/\s+/g, ' ')
    .trim();
}
