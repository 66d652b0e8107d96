import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { check, type Fault, type Played } from '../../fault.ts';
import type { Stage } from '../../stage.ts';
import { boot, bootCommand } from './boot.ts';
import { Harvest } from './harvest.ts';
import { finish } from './outcome.ts';
import { isAlive, kill } from '../../product/processes.ts';

const HELD = { what: 'block', phase: 'transaction', nth: 4, forMs: 20_000 } as const;

/** Everything ends at once and leaves its files behind. */
export const rebootFaults: readonly Fault[] = [
  {
    name: 'machine rebooted',
    layer: 'process',
    about:
      'supervisor, engine and server are killed at once in the middle of a transaction, as a reset does it; after the boot other programs have their process numbers, and the command of the service definition starts it',
    holds:
      'locks and files that were left behind do not hold it up, no other program is touched, nothing is lost',
    quick: true,
    play: playReboot,
  },
  {
    name: 'stale process numbers',
    layer: 'process',
    about: 'the supervisor is killed, and what it wrote down of its children now names another program',
    holds: 'the other program is left alone, and the harvest goes on',
    quick: false,
    play: playStale,
  },
];

async function playReboot(stage: Stage): Promise<Played> {
  const harvest = await Harvest.prepare(stage);
  const definition = await bootCommand(harvest.product);
  const supervisor = harvest.supervise({ env: harvest.misbehaving(HELD) });
  const { at: faultAt } = await harvest.until('the open transaction', () => harvest.evidence()[0]);
  const victims = [supervisor.pid, ...harvest.children()];
  const lived = victims.filter(isAlive).length;
  for (const pid of victims) kill(pid, 'SIGKILL');
  await supervisor.ended;
  await harvest.until('the end of everything', () => !victims.some(isAlive));
  const innocent = startInnocent(stage);
  const left = leftBehind(harvest);
  renumber(harvest, innocent.pid ?? 0, { otherBoot: true });
  const faultEnd = Date.now();
  const booted = boot(harvest.product, definition, stage.signal);
  await harvest.caughtUp(faultEnd);
  return finish(harvest, {
    injected: lived,
    wanted: 3,
    faultAt,
    faultEnd,
    checks: [
      check('the process of the definition does the work', booted.exitCode === null, booted.exitCode),
      check(
        'a program with an old process number is left alone',
        isAlive(innocent.pid ?? 0),
        'it was killed',
      ),
      check('files of the killed processes were there', left.length > 0, left),
    ],
    evidence: `${String(lived)} processes killed in the 4th transaction; left ${left.join(', ')}; started by the definition for ${definition.manager}`,
  });
}

async function playStale(stage: Stage): Promise<Played> {
  const harvest = await Harvest.prepare(stage);
  const supervisor = harvest.supervise();
  await harvest.pages(3);
  const victims = [supervisor.pid, ...harvest.children()];
  const faultAt = Date.now();
  for (const pid of victims) kill(pid, 'SIGKILL');
  await supervisor.ended;
  await harvest.until('the end of everything', () => !victims.some(isAlive));
  const innocent = startInnocent(stage);
  const renamed = renumber(harvest, innocent.pid ?? 0, { otherBoot: false });
  const faultEnd = Date.now();
  harvest.supervise();
  await harvest.caughtUp(faultEnd);
  return finish(harvest, {
    injected: renamed,
    wanted: 2,
    faultAt,
    faultEnd,
    checks: [check('the other program is left alone', isAlive(innocent.pid ?? 0), 'it was killed')],
    evidence: `${String(renamed)} process numbers given to another program`,
  });
}

/** A program of somebody else. */
function startInnocent(stage: Stage): ChildProcess {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => undefined, 1000)'], { stdio: 'ignore' });
  stage.defer(() => void child.kill('SIGKILL'));
  return child;
}

function leftBehind({ product }: Harvest): readonly string[] {
  const names = ['holdfast.db-wal', 'holdfast.db.lock', 'supervisor.json'];
  const running = join(product.folder, 'state', 'running');
  return [
    ...names.filter((name) => existsSync(join(product.folder, 'data', name))),
    ...(existsSync(running) ? readdirSync(running).map(() => 'an entry in running/') : []),
  ];
}

/** As if the system had given the numbers away since: how many it changed. `otherBoot`: and had been started anew. */
function renumber({ product }: Harvest, pid: number, { otherBoot }: { readonly otherBoot: boolean }): number {
  const file = join(product.folder, 'data', 'supervisor.json');
  let changed = 0;
  const text = readFileSync(file, 'utf8').replaceAll(/"pid":\d+/g, () => {
    changed += 1;
    return `"pid":${String(pid)}`;
  });
  writeFileSync(
    file,
    otherBoot
      ? text.replaceAll(/"bootId":"[^"]*"/g, '"bootId":"00000000-0000-4000-8000-000000000000"')
      : text,
  );
  return changed;
}
