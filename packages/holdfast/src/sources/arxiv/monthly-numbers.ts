import type { Day } from '../../model/day.ts';
import type { DenseNumbers } from '../inventory.ts';

/** How a request of the query API is marked. */
export const PROBE = 'probe';
/** About 2,500 characters of URL. */
const BATCH = 200;
const NUMBERED = /^(\d{2})(0[1-9]|1[0-2])\.(\d{4,6})$/;

/**
 * arXiv numbers the papers of a month from 1 on, at their announcement, and dates none back: YYMM.NNNN from 0704 to
 * 1412, YYMM.NNNNN since. Before that, each archive numbered for itself. Null where the base URL is not that of an
 * interface whose query API is known.
 */
export function monthlyNumbers(baseUrl: string): DenseNumbers | null {
  const api = queryApi(baseUrl);
  if (api === null) return null;
  return {
    place: (id) => {
      const [, year = '', month = '', number = ''] = NUMBERED.exec(id) ?? [];
      return number === '' ? null : { series: year + month, number: Number(number) };
    },
    id: (series, number) => `${series}.${String(number).padStart(series <= '1412' ? 4 : 5, '0')}`,
    days: (series) => ({ from: firstDay(series, 0), to: firstDay(series, 1) }),
    batch: BATCH,
    probe: (ids) => ({
      url: `${api}?id_list=${ids.map(encodeURIComponent).join(',')}&start=0&max_results=${String(ids.length)}`,
      as: PROBE,
      continues: false,
    }),
  };
}

/** The published API has a host of its own; elsewhere it stands beside the OAI endpoint. */
function queryApi(baseUrl: string): string | null {
  const url = new URL(baseUrl);
  if (/(^|\.)arxiv\.org$/.test(url.hostname)) return 'https://export.arxiv.org/api/query';
  const root = /^(.*)\/oai2?\/?$/.exec(url.pathname)?.[1];
  return root === undefined ? null : `${url.origin}${root}/api/query`;
}

/** The first day of a series' month, or of a later one. */
function firstDay(series: string, later: number): Day {
  const [year, month] = [Number(series.slice(0, 2)), Number(series.slice(2))];
  return new Date(Date.UTC(2000 + year, month - 1 + later, 1)).toISOString().slice(0, 10);
}
