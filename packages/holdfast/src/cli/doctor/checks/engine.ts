import { join } from 'node:path';
import { controlPath } from '../../../control/control-path.ts';
import type { Check, DoctorWorld } from '../world.ts';
import type { Finding } from '../finding.ts';
import { broken, doubtful, fine } from '../finding.ts';

/** Who owns the store, and how he does. */
export const engine: Check = ({ status: { report } }) => {
  const { state, pid } = report.engine;
  const supervised = report.supervisor === null ? '' : `, supervisor pid ${report.supervisor.pid}`;
  const who = pid === null ? '' : ` (pid ${pid}${supervised})`;
  switch (state) {
    case 'running':
      return [fine('engine', `The engine runs${who} and owns the store.`)];
    case 'starting':
      return [fine('engine', `An engine is starting${who}; it owns the store already or is about to.`)];
    case 'stopped':
      return [fine('engine', 'No engine runs; nobody owns the store.')];
    case 'hung':
      return [broken('engine', `The engine${who} does not answer.`, 'holdfast restart')];
    case 'cooling-down':
      return [
        broken(
          'engine',
          'The engine ended too often in a row, or a person has to mend what it told, and is started again later.',
          'holdfast incidents',
        ),
      ];
  }
};

/** What dead processes left behind. */
export const leftovers: Check = async (world) => {
  const { io, config, running } = world;
  if (io.platform === 'win32') return [];
  const { platform, env, tmp, uid } = io;
  const folder = join(controlPath({ dataDir: config.dataDir, platform, env, tmp, uid }), '..');
  const sockets = world.list(folder).filter((name) => /^[0-9a-f]{16}(-s)?\.sock$/.test(name));
  const dead: string[] = [];
  for (const name of sockets) if (!(await world.listens(join(folder, name)))) dead.push(join(folder, name));
  const known = `${running.length} supervisor${running.length === 1 ? '' : 's'} of yours running`;
  if (dead.length === 0) return [fine('leftovers', `Nothing was left behind by dead processes; ${known}.`)];
  return [
    {
      ...doubtful(
        'leftovers',
        `${dead.length} socket${dead.length === 1 ? '' : 's'} of dead processes in ${folder}.`,
        'holdfast doctor --fix',
      ),
      fix: {
        done: `removed ${dead.length} dead socket${dead.length === 1 ? '' : 's'}`,
        apply: () => removeIfDead(world, dead),
      },
    },
  ];
};

/** The private folder of sockets must be ours and closed to others. */
export const runtimeFolder: Check = ({ io, config, folderMode, closeFolder }) => {
  const { platform, env, tmp, uid } = io;
  if (platform === 'win32' || uid === undefined) return [];
  const folder = join(controlPath({ dataDir: config.dataDir, platform, env, tmp, uid }), '..');
  const found = folderMode(folder);
  if (found === null) return [];
  if (found.uid !== uid)
    return [
      broken(
        'runtime-folder',
        `${folder} belongs to another user.`,
        `remove ${folder}, or set XDG_RUNTIME_DIR`,
      ),
    ];
  if ((found.mode & 0o077) === 0) return [];
  const open: Finding = broken('runtime-folder', `${folder} is open to others.`, 'holdfast doctor --fix');
  return [{ ...open, fix: { done: `closed ${folder} to others`, apply: () => closeFolder(folder) } }];
};

/** A socket may have been taken over since it was looked at. */
async function removeIfDead({ listens, remove }: DoctorWorld, paths: readonly string[]): Promise<void> {
  for (const path of paths) if (!(await listens(path))) remove(path);
}

/** The address of the page. */
export const port: Check = async ({ config: { dashboard }, status: { report }, tryPort }) => {
  const { host, port: number } = dashboard;
  if (number === 0) return [fine('port', 'The page takes any free port.')];
  const answer = await tryPort(host, number);
  const where = `${host}:${number}`;
  if (answer === 'free') return [fine('port', `${where} is free for the page.`)];
  if (answer === 'EADDRINUSE' && report.supervisor !== null)
    return [fine('port', `${where} is in use while Holdfast runs.`)];
  const why = answer === 'EADDRINUSE' ? 'is taken by another program' : `cannot be listened on (${answer})`;
  return [doubtful('port', `${where} ${why}: the harvest runs, but there is no page.`, 'set dashboard.port')];
};
