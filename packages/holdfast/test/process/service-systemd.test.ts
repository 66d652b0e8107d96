import { spawnSync } from 'node:child_process';
import { readFileSync, realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { covered } from '../../../../test/needs.ts';
import type { ServiceStanding } from '../../src/service/index.ts';

const isolated = fileURLToPath(new URL('systemd/isolated.sh', import.meta.url));
const scenario = fileURLToPath(new URL('systemd/scenario.ts', import.meta.url));
const real = fileURLToPath(new URL('systemd/real.sh', import.meta.url));
const checkout = fileURLToPath(new URL('../../../..', import.meta.url)).replace(/\/$/, '');

/** What scenario.ts prints. */
interface Seen {
  readonly installed: ServiceStanding;
  readonly restarted: ServiceStanding;
  readonly again: ServiceStanding;
  readonly removed: ServiceStanding;
  readonly copiesAfterKill: number;
  readonly copiesAfterUpgrade: number;
  readonly copiesInTheEnd: number;
  readonly lingersWhileInstalled: boolean;
  readonly lingersInTheEnd: boolean;
  readonly starts: readonly object[];
  readonly expected: { readonly home: string; readonly dataDir: string; readonly config: string };
  readonly left: readonly string[];
  readonly failed: {
    readonly message: string;
    readonly standing: ServiceStanding;
    readonly lingers: boolean;
    readonly left: readonly string[];
  };
}

const possible = process.platform === 'linux' && spawnSync('bash', [isolated, 'true']).status === 0;

describe.skipIf(!covered('an isolated systemd', possible))('under a real systemd of a user', () => {
  let seen: Seen;

  beforeAll(() => {
    const cgroups = readFileSync('/proc/1/cgroup', 'utf8');
    const words = [isolated, process.execPath, '--conditions=@holdfast/source', scenario];
    const { status, stdout, stderr } = spawnSync('bash', words, { encoding: 'utf8', timeout: 100_000 });
    expect(status, stderr).toBe(0);
    expect(readFileSync('/proc/1/cgroup', 'utf8')).toBe(cgroups);
    seen = JSON.parse(stdout) as Seen;
  });

  test('the installed service runs, is enabled, and lingers since we enabled it', () => {
    expect(seen.installed).toMatchObject({
      installed: true,
      loaded: true,
      enabled: true,
      running: true,
      lingering: true,
      fileUnchanged: true,
      node: { exists: true, newEnough: true },
      problems: [],
    });
    expect(seen.lingersWhileInstalled).toBe(true);
  });

  test('what it starts arrives as written, whatever the names of the folders', () => {
    const { home, dataDir, config } = seen.expected;
    expect(dataDir).toMatch(/ .*%.*\$.*".*'.*ö/);
    expect(seen.starts.at(-1)).toMatchObject({
      argv: ['--config', config],
      cwd: home,
      manager: 'systemd',
      dataDir,
      secret: 'for me',
    });
  });

  test('a killed supervisor is brought back, once', () => {
    expect(seen.restarted).toMatchObject({ running: true });
    expect(seen.restarted.pid).not.toBe(seen.installed.pid);
    expect(seen.copiesAfterKill).toBe(1);
  });

  test('installed over itself it is started anew, once', () => {
    expect(seen.again).toMatchObject({ running: true, problems: [] });
    expect(seen.again.pid).not.toBe(seen.restarted.pid);
    expect(seen.copiesAfterUpgrade).toBe(1);
    expect(seen.starts).toHaveLength(3);
  });

  test('removed, it leaves no process, no file and no lingering of ours', () => {
    expect(seen.removed).toMatchObject({ installed: false, loaded: false, enabled: false, running: false });
    expect(seen.copiesInTheEnd).toBe(0);
    expect(seen.lingersInTheEnd).toBe(false);
    expect(seen.left).toEqual(['.config/holdfast', '.config/holdfast/service.env']);
  });

  test('a service that does not start is not installed, and nothing of the attempt stays', () => {
    expect(seen.failed.message).toContain('systemctl --user restart holdfast.service');
    expect(seen.failed.message).toContain('Everything is as it was before.');
    expect(seen.failed.standing).toMatchObject({ installed: false, loaded: false, enabled: false });
    expect(seen.failed.lingers).toBe(false);
    expect(seen.failed.left).toEqual(['.config/holdfast', '.config/holdfast/service.env']);
  });
});

describe.skipIf(!covered('an isolated systemd', possible))(
  'the built program under a real systemd of a user',
  () => {
    const seen = new Map<string, string>();
    const broughtBack = 'supervisors 1 engines 1';

    beforeAll(() => {
      const words = [isolated, 'bash', real, checkout, realpathSync(process.execPath)];
      const { status, stdout, stderr } = spawnSync('bash', words, { encoding: 'utf8', timeout: 110_000 });
      expect(status, stderr).toBe(0);
      for (const line of stdout.trim().split('\n')) {
        const [name = '', ...rest] = line.split(' ');
        seen.set(name, rest.join(' '));
      }
    });

    test('asks on a terminal, and a no changes nothing', () => {
      expect(seen.get('refused')).toBe('Install this? [y/N] Nothing was changed not-found');
    });

    test('is installed from a checkout as a copy, and runs', () => {
      expect(seen.get('install')).toBe('0');
      expect(seen.get('engines')).toBe('1');
      expect(seen.get('copied')).toMatch(/^\.local\/share\/holdfast\/app\/\d+\.\d+\.\d+-[0-9a-f]{12}$/);
    });

    test('is brought back when its supervisor is killed, with nothing doubled', () => {
      expect(seen.get('after-kill')).toBe(broughtBack);
    });

    test('is brought back also when the checkout is gone', () => {
      expect(seen.get('checkout')).toBe('gone');
      expect(seen.get('without-checkout')).toBe(broughtBack);
      expect(seen.get('status')).toBe('0 0');
    });

    test('is ended by `stop`, which its manager does not take for a failure', () => {
      expect(seen.get('stop')).toBe('0 1 inactive supervisors 0 engines 0');
    });

    test('is removed by its own command line; the data stay, and it says where', () => {
      expect(seen.get('uninstall')).toMatch(/^0 The data stay in .*\/data\.$/);
      expect(seen.get('in-the-end')).toBe('supervisors 0 engines 0 linger');
      expect(seen.get('database')).toBe('1');
      expect(seen.get('left')).not.toMatch(/service|app\//);
    });
  },
);

describe.skipIf(!covered('an isolated systemd', possible))('isolated.sh', () => {
  test('gives back the exit code of the program', () => {
    expect(spawnSync('bash', [isolated, 'bash', '-c', 'exit 7']).status).toBe(7);
  });

  test('shows the program no process of outside', () => {
    const { stdout } = spawnSync(
      'bash',
      [isolated, 'bash', '-c', 'ls -d /proc/[0-9]* | wc -l; cat /proc/self/cgroup'],
      {
        encoding: 'utf8',
      },
    );
    const [processes = '', ...cgroups] = stdout.trim().split('\n');
    expect(Number(processes)).toBeLessThan(20);
    expect(cgroups.filter((line) => !/:cpuset:|:\/$/.test(line))).toEqual([]);
  });
});
