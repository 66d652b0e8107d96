import { describe, expect, it } from 'vitest';
import type { ServiceStanding } from '../../service/index.ts';
import { HoldfastError } from '../../model/error.ts';
import type { Checked } from './run-checks.ts';
import { runChecks } from './run-checks.ts';
import { showChecks } from './show-checks.ts';
import { fakeWorld, withEngine } from './testing/fake-world.ts';
import type { Difference } from './testing/fake-world.ts';

const STANDING: ServiceStanding = {
  installed: true,
  manager: 'systemd',
  scope: 'user',
  file: '/home/me/.config/systemd/user/holdfast.service',
  fileUnchanged: true,
  loaded: true,
  enabled: true,
  running: true,
  pid: 5,
  lingering: true,
  node: { path: '/usr/bin/node', exists: true, version: '26.10.0', newEnough: true },
  version: '1.0.0',
  config: null,
  dataDir: '/home/me/data',
  problems: [],
};

async function look(difference: Difference = {}, fix = false): Promise<readonly Checked[]> {
  return runChecks(await fakeWorld(difference), fix);
}

/** The findings of one check, as `<level> <message>`. */
async function told(check: string, difference: Difference): Promise<string> {
  const all = await look(difference);
  return all
    .filter((each) => each.check === check)
    .map(({ level, message, repair }) => `${level} ${message} -> ${repair ?? ''}`)
    .join('\n');
}

it('finds nothing to repair on a healthy machine, and says what it looked at', async () => {
  const all = await look();
  expect(all.filter(({ level }) => level === 'warn' || level === 'bad')).toEqual([]);
  expect(all.map(({ check }) => check)).toEqual(
    expect.arrayContaining([
      'node',
      'disk',
      'file-system',
      'durable-writes',
      'store',
      'source arxiv',
      'clock',
    ]),
  );
});

const CASES: readonly (readonly [name: string, check: string, difference: Difference, expected: RegExp])[] = [
  ['an old Node', 'node', { node: { version: '22.1.0', needed: '>=24.15', path: '/n' } }, /^bad .*too old/],
  ['little room', 'disk', { space: () => ({ freeBytes: 5e8, totalBytes: 1e12 }) }, /^warn .*0\.5 GB free/],
  ['no room', 'disk', { space: () => ({ freeBytes: 1e8, totalBytes: 1e12 }) }, /^bad /],
  [
    'writes that are too fast for a disk',
    'durable-writes',
    { durableWriteMs: () => Promise.resolve(0.01) },
    /^warn .*power cut.*fsync/,
  ],
  [
    'NFS',
    'file-system',
    { files: { '/proc/mounts': '/dev/sda1 / ext4 rw 0 0\nnas:/x /home nfs4 rw 0 0\n' } },
    /^bad .*nfs4/,
  ],
  [
    'a disk in memory',
    'file-system',
    { files: { '/proc/mounts': 'tmpfs / tmpfs rw 0 0\n' } },
    /^warn .*memory/,
  ],
  [
    'a share of Windows',
    'file-system',
    { platform: 'win32', config: { dataDir: '\\\\nas\\share\\data' } },
    /^bad .*smb/,
  ],
  [
    'a share of macOS',
    'file-system',
    {
      platform: 'darwin',
      config: { dataDir: '/Volumes/nas/data' },
      outputs: { mount: '/dev/disk1 on / (apfs, local)\n//me@nas/x on /Volumes/nas (smbfs, nodev)\n' },
    },
    /^bad .*smbfs/,
  ],
  ['Dropbox', 'synced-folder', { config: { dataDir: '/home/me/Dropbox/data' } }, /^bad .*Dropbox/],
  [
    'OneDrive of a firm',
    'synced-folder',
    { platform: 'win32', config: { dataDir: 'C:\\Users\\me\\OneDrive - Firm\\data' } },
    /^bad .*OneDrive/,
  ],
  [
    'iCloud Drive',
    'synced-folder',
    {
      platform: 'darwin',
      config: { dataDir: '/Users/me/Library/Mobile Documents/com~apple~CloudDocs/data' },
    },
    /^bad .*iCloud/,
  ],
  [
    'Syncthing, by its marker',
    'synced-folder',
    { config: { dataDir: '/srv/shared/data' }, folders: { '/srv/shared': ['.stfolder'] } },
    /^bad .*Syncthing/,
  ],
  [
    'a damaged store',
    'store',
    { quickCheck: () => Promise.resolve({ state: 'checked', problems: ['row 7 is missing'] }) },
    /^bad .*row 7/,
  ],
  [
    'a store of a newer version',
    'store',
    { quickCheck: () => Promise.resolve({ state: 'unreadable', message: 'It is newer.', hint: 'update' }) },
    /^bad It is newer\. -> update/,
  ],
  [
    'a busy port',
    'port',
    { tryPort: () => Promise.resolve('EADDRINUSE') },
    /^warn .*taken by another program.*dashboard\.port/,
  ],
  [
    'few descriptors',
    'descriptors',
    {
      files: {
        '/proc/self/limits': 'Max open files            256                  4096                 files\n',
      },
    },
    /^warn .*256/,
  ],
  ['no contact', 'contact', { config: { contact: null } }, /^warn .*contact/],
  ['unchecked certificates', 'tls', { env: { NODE_TLS_REJECT_UNAUTHORIZED: '0' } }, /^bad .*turns off/],
  [
    'authorities that are not there',
    'tls',
    { env: { NODE_EXTRA_CA_CERTS: '/no/ca.pem' }, exists: (path) => path !== '/no/ca.pem' },
    /^bad .*\/no\/ca\.pem/,
  ],
  [
    'a proxy',
    'proxy',
    { env: { HTTPS_PROXY: 'http://me:secret@proxy.example.org:3128' } },
    /^ok HTTPS_PROXY: requests go through proxy\.example\.org:3128\./,
  ],
  [
    'a clock that is wrong',
    'clock',
    { probe: () => Promise.resolve({ host: 'x', status: 200, problem: null, clockAheadMs: -7_200_000 }) },
    /^warn The clock is 2h behind/,
  ],
  [
    'an unknown name',
    'source arxiv',
    {
      probe: () => Promise.reject(Object.assign(new Error('getaddrinfo ENOTFOUND x'), { code: 'ENOTFOUND' })),
    },
    /^bad .*\(dns\) -> check the name/,
  ],
  [
    'an answer of something else',
    'source arxiv',
    { probe: () => Promise.resolve({ host: 'x', status: 200, problem: 'not OAI-PMH', clockAheadMs: null }) },
    /^warn .*not OAI-PMH/,
  ],
  [
    'a secret that is not set',
    'alerts',
    {
      config: {
        alerts: {
          channels: [{ type: 'webhook', url: 'https://x.example.org', secretEnv: 'K' }],
          outageAfter: 0,
          diskDays: 7,
        },
      },
    },
    /^warn A channel needs K/,
  ],
  [
    'a service whose Node is gone',
    'service',
    { service: () => Promise.resolve({ ...STANDING, problems: ['The Node it starts is gone: /x.'] }) },
    /^bad The Node it starts is gone.*service install/,
  ],
  [
    'a service that is not enabled',
    'service',
    { service: () => Promise.resolve({ ...STANDING, enabled: false }) },
    /^warn .*not enabled/,
  ],
  [
    'systemd that ends lingering managers',
    'user-manager',
    {
      service: () => Promise.resolve(STANDING),
      outputs: { 'systemctl --version': 'systemd 255 (255.4-1ubuntu8)\n' },
    },
    /^warn systemd 255\.4/,
  ],
  ['log files beyond their bound', 'logs', { logBytes: () => 5e8 }, /^warn .*500\.0 MB.*--fix/],
];

describe('doctor finds', () => {
  it.each(CASES)('%s', async (_, check, difference, expected) => {
    expect(await told(check, difference)).toMatch(expected);
  });

  it('a service on macOS is said to be made for it but not yet run on it', async () => {
    const service = (): Promise<ServiceStanding> => Promise.resolve({ ...STANDING, manager: 'launchd' });
    expect(await told('service', { platform: 'darwin', service })).toContain('not yet run on it');
  });

  it('the port as its own while Holdfast runs', async () => {
    const world = await fakeWorld({ tryPort: () => Promise.resolve('EADDRINUSE') });
    const supervisor = { pid: 1 } as NonNullable<typeof world.status.report.supervisor>;
    const status = { ...world.status, report: { ...world.status.report, supervisor } };
    const all = await runChecks({ ...world, status }, false);
    expect(all.find(({ check }) => check === 'port')?.level).toBe('ok');
  });

  it('what really keeps the machine awake, not what is configured', async () => {
    const world = withEngine(
      await fakeWorld({ config: { keepAwake: { mode: 'always', onBattery: false } } }),
      'running',
    );
    const machine = {
      network: 'up' as const,
      networkSince: null,
      awake: { state: 'partly' as const, says: 'the lid still puts it to sleep' },
      lastSleep: null,
      lastClockStep: null,
    };
    const status = { ...world.status, report: { ...world.status.report, machine } };
    const all = await runChecks({ ...world, status }, false);
    expect(all.find(({ check }) => check === 'keep-awake')).toMatchObject({
      level: 'warn',
      message: expect.stringContaining('the lid still puts it to sleep') as string,
    });
  });
});

describe('the energy settings', () => {
  it.each<readonly [string, Difference, string]>([
    [
      'of logind, the last file that says something',
      {
        folders: { '/sys/class/power_supply': ['AC', 'BAT0'], '/etc/systemd/logind.conf.d': ['a.conf'] },
        files: {
          '/etc/systemd/logind.conf': '#HandleLidSwitch=x\nHandleLidSwitch=suspend\n',
          '/etc/systemd/logind.conf.d/a.conf': '[Login]\nHandleLidSwitch=ignore\n',
        },
      },
      'closing the lid means ignore, on mains ignore',
    ],
    [
      'of macOS',
      {
        platform: 'darwin',
        outputs: {
          'pmset -g custom':
            'Battery Power:\n sleep                1\n displaysleep 2\nAC Power:\n sleep                0\n',
        },
      },
      'Battery Power: after 1 min, AC Power: never',
    ],
    [
      'of Windows, in any language',
      {
        platform: 'win32',
        outputs: {
          'powercfg /query SCHEME_CURRENT SUB_SLEEP STANDBYIDLE':
            '  Mögliches Minimum: 0x00000000\n  Index AC: 0x00000000\r\n  Index DC: 0x00000384\r\n',
        },
      },
      'on mains never, on battery after 15 min',
    ],
  ])('%s', async (_, difference, expected) =>
    expect(await told('sleep-policy', difference)).toContain(expected),
  );
});

describe('requests', () => {
  const counting = (): { asked: string[]; difference: Difference } => {
    const asked: string[] = [];
    return {
      asked,
      difference: {
        probe: ({ id }) => {
          asked.push(id);
          return Promise.resolve({ host: id, status: 200, problem: null, clockAheadMs: 0 });
        },
      },
    };
  };
  it('are one for each source', async () => {
    const { asked, difference } = counting();
    await look(difference);
    expect(asked).toEqual(['arxiv', 'biorxiv']);
  });
  it('are none with --offline', async () => {
    const { asked, difference } = counting();
    const all = await look({ ...difference, offline: true });
    expect(asked).toEqual([]);
    expect(all.find(({ check }) => check === 'sources')?.level).toBe('skipped');
  });
  it.each(['running', 'starting', 'hung', 'cooling-down'] as const)(
    'are none while an engine is %s: it asks already',
    async (state) => {
      const { asked, difference } = counting();
      await runChecks(withEngine(await fakeWorld(difference), state), false);
      expect(asked).toEqual([]);
    },
  );
});

it('a check that fails is a finding, and the others are made', async () => {
  const all = await look({
    durableWriteMs: () => Promise.reject(new HoldfastError('EACCES', 'permission denied', { hint: 'chown' })),
  });
  expect(all.find(({ check }) => check === 'durable-writes')).toMatchObject({
    level: 'bad',
    message: expect.stringContaining('permission denied') as string,
    repair: 'chown',
  });
  expect(all.some(({ check }) => check === 'clock')).toBe(true);
});

it('is shown as a line for each check with its repair, without anything that an upstream slipped in', async () => {
  const all = await look({
    config: { contact: null },
    probe: () => Promise.resolve({ host: 'x', status: 200, problem: '\u001b[31mred', clockAheadMs: null }),
  });
  const look80 = { colour: false, fancy: true, columns: 80 };
  const text = showChecks(all, look80, true);
  expect(text).toMatch(/^✓  node /m);
  expect(text).toMatch(/^!  contact /m);
  expect(text).toContain('-> add "contact"');
  expect(text).not.toContain('\u001b');
  expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
});
