/** `npm run kill`: kills the built command line at random moments, or at every system call that writes, and checks what is left. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { killDrill } from './kill-drill.ts';
import { printKillReport, printSweepReport } from './print.ts';
import { sweep } from './sweep.ts';

const HELP = `Kills the harvester and checks that nothing was lost.

  --kills N   so many kills at random moments, of the engine alone or of the whole process tree (300)
  --sweep     instead: a kill at the 1st, 2nd, 3rd ... system call of each kind that writes (needs strace)
  --only P    with --sweep: only this point or kind of points, such as store-fsync-3 or store-fsync
  --seed N    repeats the choices of an earlier run (printed)
  --keep      leave the working folder behind

Exit code 5 when anything was lost, duplicated or fetched again more than once for a kill.
`;

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      kills: { type: 'string', default: '300' },
      seed: { type: 'string', default: String(Date.now() % 1_000_000) },
      sweep: { type: 'boolean', default: false },
      only: { type: 'string' },
      keep: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const [kills, seed] = [Number(values.kills), Number(values.seed)];
  if (!Number.isSafeInteger(kills) || kills < 1 || !Number.isSafeInteger(seed)) {
    process.stderr.write('--kills and --seed are whole numbers; --kills is at least 1.\n');
    return 2;
  }
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-kill-'));
  let problems: readonly string[] = ['the drill did not end'];
  try {
    const { only } = values;
    const points = { folder, seed, onPoint: progressOf('points'), ...(only === undefined ? {} : { only }) };
    if (values.sweep) ({ problems } = printSweepReport(await sweep(points)));
    else
      ({ problems } = printKillReport(
        await killDrill({ kills, seed, folder, onCampaign: (_, done) => progressOf('kills')(done, kills) }),
      ));
  } finally {
    if (values.keep || problems.length > 0) process.stdout.write(`Kept: ${folder}\n`);
    else rmSync(folder, { recursive: true });
  }
  return problems.length === 0 ? 0 : 5;
}

function progressOf(what: string): (done: number, of: number) => void {
  return (done, of) => void process.stderr.write(`${done} of ${of} ${what}\n`);
}

process.exitCode = await main();
