/**
 * The seventeen defects that libraries of this kind have, as a table: this product and its peers side by side.
 *
 *   npm ci --prefix bench && npm run defects     exit code 5 when a row of ours fails
 *   npm run defects -- --only D2 --json
 *
 * Each cell runs in a process of its own. A peer is asked only what it claims to do; `–` stands for the rest.
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { rows } from './rows.ts';
import type { Seen } from './row.ts';

interface Cell {
  readonly id: string;
  readonly title: string;
  readonly who: string;
  readonly verdict: 'passes' | 'fails' | 'unknown';
  readonly seen: string;
}

const LIMIT_MS = 60_000;
const { values } = parseArgs({
  options: { only: { type: 'string' }, json: { type: 'boolean', default: false } },
});
const child = fileURLToPath(new URL('child/main.ts', import.meta.url));

function cell(id: string, title: string, who: string): Cell {
  const args = ['--expose-gc', '--no-warnings', child, id, who];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    encoding: 'utf8',
    timeout: LIMIT_MS,
  });
  if (status !== 0) {
    const why = stderr.split('\n').find((line) => /Error/.test(line)) ?? `ended with ${String(status)}`;
    return { id, title, who, verdict: 'unknown', seen: why.trim() };
  }
  const { passes, seen, unhandled } = JSON.parse(stdout) as Seen & { readonly unhandled: number };
  const stray = unhandled === 0 ? '' : `, ${unhandled} rejections that nobody handled`;
  return { id, title, who, verdict: passes && unhandled === 0 ? 'passes' : 'fails', seen: `${seen}${stray}` };
}

function main(): number {
  const wanted = rows.filter(({ id }) => values.only === undefined || values.only === id);
  if (wanted.length === 0) throw new Error(`no row is named ${String(values.only)}`);
  const cells: Cell[] = [];
  for (const { id, title, checks } of wanted) {
    if (!values.json) console.log(`\n${id.padEnd(4)}${title}`);
    for (const who of Object.keys(checks)) {
      const found = cell(id, title, who);
      cells.push(found);
      if (!values.json) console.log(`    ${who.padEnd(10)} ${found.verdict.padEnd(8)} ${found.seen}`);
    }
  }
  const ours = cells.filter(({ who }) => who === 'holdfast');
  const bad = ours.filter(({ verdict }) => verdict !== 'passes');
  const peers = cells.filter(({ who, verdict }) => who !== 'holdfast' && verdict === 'fails');
  if (values.json) console.log(JSON.stringify(cells, null, 2));
  else {
    const asked = cells.length - ours.length;
    console.log(
      `\nholdfast passes ${ours.length - bad.length} of ${ours.length} rows; of ${asked} cells of peers ${peers.length} fail.`,
    );
  }
  return bad.length === 0 ? 0 : 5;
}

process.exitCode = main();
