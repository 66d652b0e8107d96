import { peerNames, QUOTED, type PeerCells } from './peers.ts';
import type { Result } from './result.ts';

interface Column {
  readonly title: string;
  readonly width: number;
  readonly cell: (result: Result) => string;
}

const LINE = 120;

const columns: readonly Column[] = [
  { title: 'FIRED', width: 5, cell: ({ fired }) => String(fired) },
  { title: 'EXIT', width: 4, cell: ({ exit }) => String(exit ?? '-') },
  { title: 'UPSTREAM', width: 8, cell: ({ counts }) => String(counts.upstream) },
  { title: 'STORE', width: 6, cell: ({ counts }) => String(counts.store) },
  { title: 'LOST', width: 5, cell: ({ counts }) => String(counts.lost) },
  { title: 'DUPL', width: 4, cell: ({ counts }) => String(counts.duplicated) },
  { title: 'UNEXP', width: 5, cell: ({ counts }) => String(counts.unexpected) },
  { title: 'GAPS', width: 4, cell: ({ counts }) => String(counts.gaps) },
  { title: 'QUAR', width: 4, cell: ({ counts }) => String(counts.quarantined) },
  { title: 'REQ', width: 4, cell: ({ counts }) => String(counts.requests) },
  { title: 'WASTED', width: 6, cell: ({ wasted }) => String(wasted ?? '-') },
];

const NAME = LINE - columns.reduce((sum, { width }) => sum + width + 1, 0) - ' VERDICT'.length;

/** The line above the rows. */
export function head(): string {
  return `${'FAULT'.padEnd(NAME)}${columns.map(({ title, width }) => ` ${title.padStart(width)}`).join('')} VERDICT`;
}

/** A row, with what the peers made of the same fault and why the row is not valid. No line is wider than 120. */
export function linesOf(result: Result): readonly string[] {
  const cells = columns.map(({ cell, width }) => ` ${cell(result).padStart(width)}`).join('');
  return [
    `${result.name.slice(0, NAME).padEnd(NAME)}${cells} ${result.verdict}`,
    ...(result.peers === undefined ? [] : [`    ${quoted(result.peers)}`.slice(0, LINE)]),
    ...result.findings.map((finding) => `    ! ${finding}`.slice(0, LINE)),
  ];
}

/** The lines below the rows. */
export function foot(results: readonly Result[], seed: number): readonly string[] {
  const count = (verdict: Result['verdict']): number =>
    results.filter((result) => result.verdict === verdict).length;
  const failed = results.filter(({ verdict }) => verdict !== 'valid');
  return [
    '',
    `${String(results.length)} rows: ${String(count('valid'))} valid, ${String(count('invalid'))} invalid, ${String(count('unknown'))} unknown; seed ${String(seed)}`,
    `${QUOTED}: records kept of 5,000 and exit code; * = a loss reported as success`,
    `  ${releases()}`,
    'wasted: requests beyond those of the same walk without a fault, played in this run',
    ...failed.map(({ name }) => `again: npm run matrix -- --seed ${String(seed)} --only ${name}`),
  ];
}

function quoted(cells: PeerCells): string {
  const said = names().map((name) => `${peerNames[name][0]} ${cells[name]}`);
  return `(${QUOTED}) ${said.join(' | ')}`;
}

function releases(): string {
  return names()
    .map((name) => peerNames[name].join(' '))
    .join(', ');
}

function names(): readonly (keyof PeerCells)[] {
  return Object.keys(peerNames) as (keyof PeerCells)[];
}
