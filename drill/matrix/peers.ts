/** What other harvesters made of the same fault: records kept, exit code. Quoted, never computed here. */
export interface PeerCells {
  readonly metha: string;
  readonly sickle: string;
  readonly oaiPmh: string;
  readonly catmandu: string;
}

/** Said wherever the cells are printed. `*` in a cell marks a loss that was reported as success. */
export const QUOTED = 'measured 2026, quoted';

/** The harvesters and their releases, in the order of the cells. */
export const peerNames: Readonly<Record<keyof PeerCells, readonly [name: string, release: string]>> = {
  metha: ['metha', 'release not noted'],
  sickle: ['sickle', '0.7.0'],
  oaiPmh: ['npm oai-pmh', '2.0.3'],
  catmandu: ['Catmandu', 'OAI 0.19'],
};

function cells(metha: string, sickle: string, oaiPmh: string, catmandu: string): PeerCells {
  return { metha, sickle, oaiPmh, catmandu };
}

/** By the name of the row. */
export const peers = {
  expiredToken: cells('3000 rc0 *', '3000 rc1', '3000 rc1', '3000 rc0 *'),
  retryAfterSeconds503: cells('5000', '5000', '5000', '5000'),
  retryAfterDate503: cells('5000', '3000 rc1', '5000', '5000'),
  retryAfterSeconds429: cells('5000', '5000 after 61 s', '3000 rc1', '5000'),
  status406: cells('0 rc1', '3000 rc1', '3000 rc1', '5000'),
  throttleText: cells('0 rc1', '3000 rc1', '3000 rc1', '5000'),
  status500: cells('5000', '3000 rc1', '-', '-'),
  cutReset: cells('0 rc1', '3500 rc0 *', '3000 rc1', '5000'),
  cutValid: cells('0 rc1', '3500 rc0 *', '3000 rc1', '5000'),
  emptyPage: cells('3000 rc0 *', '3000 rc0 *', '3000 rc1', '3000 rc0 *'),
  noRecordsMatch: cells('3000 rc0 *', '3000 rc1', '3000 rc1', '3000 rc0 *'),
  tcpReset: cells('5000', '3000 rc1', '3000 rc1', '5000'),
  neverAnswers: cells('5000', '3000 rc1', 'hangs', 'hangs'),
  sameToken: cells('4000 rc0 *', '5000 + 1000 twice', '5000 + twice', '5000 + twice'),
  controlCharacter: cells('5000', '5000', '5000', '5000'),
  kill: cells('5 pages again', 'from 0', 'from 0', 'from 0'),
} as const satisfies Readonly<Record<string, PeerCells>>;
