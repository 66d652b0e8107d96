/**
 * What supervisors make of programs that misbehave: the same programs under pm2, systemd and Holdfast.
 *
 *   npm run bench:supervision                     each program is watched for 75 s
 *   npm run bench:supervision -- --seconds 40 --manager holdfast
 *
 * Exit code 5 when ours breaks a promise: a hang is seen, there are never two copies, it never gives up or spins.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { scenarios, type Cell } from './scenarios.ts';
import { ours } from './supervisors/holdfast.ts';
import { pm2 } from './supervisors/pm2.ts';
import type { Manager } from './supervisors/port.ts';
import { systemd } from './supervisors/systemd.ts';

const MANAGERS: readonly Manager[] = [pm2, systemd, ours];
const ISOLATED = fileURLToPath(
  new URL('../../packages/holdfast/test/process/systemd/isolated.sh', import.meta.url),
);

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '75' },
    manager: { type: 'string' },
    only: { type: 'string', default: '' },
    json: { type: 'boolean', default: false },
  },
});

type Column = Readonly<Record<string, Cell>>;

async function main(): Promise<number> {
  const chosen = MANAGERS.filter(({ name }) => values.manager === undefined || name === values.manager);
  const columns: [string, Column][] = [];
  for (const manager of chosen) columns.push([manager.name, await columnOf(manager)]);
  if (values.json) console.log(JSON.stringify(Object.fromEntries(columns)));
  else print(columns);
  const broken = Object.entries(columns.find(([name]) => name === ours.name)?.[1] ?? {}).flatMap(
    ([name, cell]) => cell.broken.map((each) => `${name}: ${each}`),
  );
  for (const each of broken) console.error(`BROKEN ${each}`);
  return broken.length === 0 ? 0 : 5;
}

async function columnOf(manager: Manager): Promise<Column> {
  if (manager === systemd && process.env['HOLDFAST_ISOLATED_HOME'] === undefined) return isolated();
  const column: Record<string, Cell> = {};
  for (const scenario of scenarios.filter(({ name }) => name.includes(values.only))) {
    const missing = manager.missing();
    column[scenario.name] =
      missing === null
        ? await inFolder((folder) => scenario.play(manager, folder, Number(values.seconds)))
        : { seen: `not covered: needs ${missing}`, broken: [] };
    if (!values.json)
      process.stderr.write(`${manager.name}: ${scenario.name}: ${column[scenario.name]?.seen ?? ''}\n`);
  }
  return column;
}

/** The column of systemd comes from this program, run beside an isolated user manager. */
function isolated(): Column {
  const words = ['--manager', 'systemd', '--json', '--seconds', values.seconds, '--only', values.only];
  const self = fileURLToPath(import.meta.url);
  const { status, stdout, stderr } = spawnSync('bash', [ISOLATED, process.execPath, self, ...words], {
    encoding: 'utf8',
  });
  if (status === 0) return (JSON.parse(stdout) as { systemd: Column }).systemd;
  const seen = `not covered: ${stderr.trim().split('\n').at(-1) ?? ''}`;
  return Object.fromEntries(scenarios.map(({ name }) => [name, { seen, broken: [] }]));
}

async function inFolder(work: (folder: string) => Promise<Cell>): Promise<Cell> {
  const folder = mkdtempSync(join(tmpdir(), 'hf-sup-'));
  try {
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function print(columns: readonly (readonly [string, Column])[]): void {
  for (const { name } of scenarios.filter((each) => each.name.includes(values.only))) {
    console.log(name);
    for (const [manager, column] of columns)
      console.log(`  ${manager.padEnd(9)} ${column[name]?.seen ?? ''}`);
  }
}

process.exitCode = await main();
