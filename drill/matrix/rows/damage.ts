import type { Kind } from '../../upstream/simulator.ts';
import { check, type Check } from '../../fault.ts';
import type { Evidence, Row } from '../row.ts';
import { measuredList } from './upstreams.ts';

const kindsOfXml: readonly Kind[] = ['arxiv', 'oai-pmh'];

/** One record, or the page around the records, is not what the format allows: once, and the second look tells. */
export function damageRows(kind: Kind): readonly Row[] {
  const everywhere = [
    'nul-character',
    'trailing-text',
    'leading-text',
    'missing-id',
    'bad-utf8',
    'latin1-mislabelled',
    'bom',
    'huge-abstract',
    'renamed-field',
  ];
  const xml = [
    'undefined-entity',
    'bare-ampersand',
    'mismatched-tag',
    'doctype-entity',
    'second-root',
    'no-namespaces',
  ];
  const faults = [...(kindsOfXml.includes(kind) ? xml : []), ...everywhere];
  return [...faults.map((fault) => once(kind, fault)), ...unusual(kind)];
}

/** What is planted into a record that cannot be read then, in bytes as characters. */
const marks: Readonly<Record<string, string>> = { 'mismatched-tag': '<i>', 'bad-utf8': '\u00c3(' };

function once(kind: Kind, fault: string): Row {
  const mark = marks[fault];
  return {
    name: fault,
    quick: fault === 'mismatched-tag' || fault === 'missing-id',
    about: 'damage on page 4, once',
    upstreams: [measuredList(kind, [`${fault}@4`])],
    // Bytes that name no record stay in the quarantine until somebody has looked at them.
    ...(fault === 'missing-id' ? { expect: { exit: 4, quarantined: 1 } } : {}),
    ...(mark !== undefined && kindsOfXml.includes(kind)
      ? { check: (evidence) => setAside(evidence, fault, mark) }
      : {}),
  };
}

/** Exactly the planted records were set aside, with their bytes, until the upstream gave them whole. */
async function setAside(
  { product, answerWith, isOurs }: Evidence,
  fault: string,
  mark: string,
): Promise<readonly Check[]> {
  const page = await answerWith(fault);
  const planted = page
    .split('<record>')
    .filter((record) => record.includes(mark))
    .map((record) => /<identifier>([^<]*)</.exec(record)?.[1] ?? '');
  const entries = (await product.quarantine('--all')).filter(isOurs);
  const ids = entries.map(({ id }) => id ?? '');
  return [
    check(
      'the quarantined set equals the planted set',
      planted.length > 0 && ids.toSorted().join() === planted.toSorted().join(),
      { planted, ids },
    ),
    check(
      'with their bytes and a reason',
      entries.every(({ bytes, reason }) => bytes > 0 && reason !== ''),
      entries.length,
    ),
  ];
}

/** Lists that tempt a reader into taking a text for a number, or one element for none. */
function unusual(kind: Kind): readonly Row[] {
  return [
    {
      name: 'numbers-as-titles',
      about: 'titles 0 and 1e5 stay text',
      upstreams: [measuredList(kind, ['short-page@4'])],
      check: async ({ product }) => {
        const titles = new Set((await product.papers()).map(({ title }) => title));
        return ['0', '1e5'].map((title) =>
          check(`a title is "${title}"`, titles.has(title), titles.has(title)),
        );
      },
    },
    {
      name: 'one-element-lists',
      about: 'every page has one record',
      upstreams: [{ kind, records: 30, pageSize: 1, faults: ['duplicate-page@4'] }],
    },
  ];
}
