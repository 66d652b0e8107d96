/**
 * Runs inside isolated.sh: installs a small program as a user service of a real systemd, kills it, removes it, and
 * prints what it saw as one line of JSON. Folders have names in which every character means something to a unit.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemClock } from '@holdfast/resilience/clock';
import { resolveConfig } from '../../../src/config/index.ts';
import {
  install,
  planInstall,
  planUninstall,
  standingOfService,
  systemRun,
  uninstall,
} from '../../../src/service/index.ts';
import type { ServiceSetup } from '../../../src/service/index.ts';

const home = process.env['HOME'] ?? '';
const odd = join(home, 'a b 100%h $HOME "q" it\'s größe');
const root = join(odd, 'lib/node_modules/holdfast');
// The one path in which systemd allows no quotes.
const node = join(home, 'a b 100%h $HOME größe', 'node');
const config = join(odd, 'holdfast.config.json');
const startsFile = join(home, 'starts.jsonl');
const lingerFile = join(home, 'linger');
const tools = join(home, 'tools');

const PROGRAM = `
const { appendFileSync } = require('node:fs');
const { execFileSync } = require('node:child_process');
const told = { pid: process.pid, argv: process.argv.slice(2), cwd: process.cwd(), manager: process.env.HOLDFAST_MANAGER, dataDir: process.env.HOLDFAST_DATA_DIR, secret: process.env.SECRET };
appendFileSync(${JSON.stringify(startsFile)}, JSON.stringify(told) + '\\n');
execFileSync('systemd-notify', ['--ready']);
setInterval(() => undefined, 1000);
`;

/** There is no logind here, so its tool is one of our own that remembers. */
const LOGINCTL = `#!/bin/sh
case "$1" in
  show-user) [ -e '${lingerFile}' ] && echo yes || echo no ;;
  enable-linger) touch '${lingerFile}' ;;
  disable-linger) rm '${lingerFile}' ;;
esac
`;

function prepare(): ServiceSetup {
  mkdirSync(join(root, 'dist/daemon'), { recursive: true });
  mkdirSync(join(home, '.config/holdfast'), { recursive: true });
  mkdirSync(tools);
  mkdirSync(dirname(node));
  writeFileSync(
    join(root, 'package.json'),
    '{"name":"holdfast","version":"1.0.0","type":"module","engines":{"node":">=24.15"}}',
  );
  writeFileSync(join(root, 'dist/daemon/supervise.cjs'), PROGRAM);
  writeFileSync(join(tools, 'loginctl'), LOGINCTL, { mode: 0o755 });
  writeFileSync(join(home, '.config/holdfast/service.env'), "SECRET='for me'\n");
  writeFileSync(config, '{}');
  symlinkSync(process.execPath, node);
  const env = {
    ...process.env,
    PATH: `${tools}:${process.env['PATH'] ?? ''}`,
    HOLDFAST_DATA_DIR: join(odd, 'data'),
    HOLDFAST_STATE_DIR: join(home, 'state'),
  };
  const resolved = resolveConfig({ cwd: home, platform: 'linux', home, env, flags: { config } });
  return {
    world: {
      platform: 'linux',
      release: '6.0',
      env,
      uid: 0,
      account: { name: 'root', uid: 0, gid: 0, home },
      clock: systemClock,
      run: systemRun(env),
      exists: existsSync,
    },
    folders: { config: join(home, '.config/holdfast'), data: join(home, 'data'), state: join(home, 'state') },
    resolved,
    root,
    execPath: process.execPath,
    version: '1.0.0',
    looks: { links: [node] },
  };
}

function starts(): unknown[] {
  return readFileSync(startsFile, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);
}

/** Processes of this namespace that run the program. */
function copies(): number {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter(
      (pid) =>
        existsSync(`/proc/${pid}/cmdline`) &&
        readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(join(root, 'dist')),
    ).length;
}

function shown(property: string): string {
  return execFileSync('systemctl', ['--user', 'show', 'holdfast.service', '-p', property, '--value'], {
    encoding: 'utf8',
  }).trim();
}

async function untilRestarted(): Promise<void> {
  while (shown('NRestarts') !== '1' || shown('ActiveState') !== 'active') await sleep(100);
}

/** The program ends at once: the installation fails, and nothing of it stays. */
async function failedInstall(): Promise<unknown> {
  const script = join(root, 'dist/daemon/supervise.cjs');
  writeFileSync(script, 'process.exit(1);');
  const message = await install(setup, await planInstall(setup, 'user')).then(
    () => 'installed',
    (error: Error) => error.message,
  );
  writeFileSync(script, PROGRAM);
  return {
    message,
    standing: await standingOfService(setup, 'user'),
    lingers: existsSync(lingerFile),
    left: left(),
  };
}

function left(): string[] {
  return readdirSync(home, { recursive: true, encoding: 'utf8' }).filter(
    (path) => /holdfast|service/.test(path) && !path.startsWith('a b'),
  );
}

const setup = prepare();
const failed = await failedInstall();
await install(setup, await planInstall(setup, 'user'));
const installed = await standingOfService(setup, 'user');
process.kill(installed.pid ?? 0, 'SIGKILL');
await untilRestarted();
const restarted = await standingOfService(setup, 'user');
const copiesAfterKill = copies();
// Once more over itself, as an upgrade does.
await install(setup, await planInstall(setup, 'user'));
const again = await standingOfService(setup, 'user');
const copiesAfterUpgrade = copies();
const lingersWhileInstalled = existsSync(lingerFile);
const plan = planUninstall(setup, 'user');
if (plan === null) throw new Error('nothing to remove');
await uninstall(setup, plan);
const removed = await standingOfService(setup, 'user');
process.stdout.write(
  `${JSON.stringify({
    installed,
    restarted,
    again,
    removed,
    copiesAfterKill,
    copiesAfterUpgrade,
    copiesInTheEnd: copies(),
    lingersWhileInstalled,
    lingersInTheEnd: existsSync(lingerFile),
    starts: starts(),
    expected: { home, dataDir: join(odd, 'data'), config },
    left: left(),
    failed,
  })}\n`,
);
