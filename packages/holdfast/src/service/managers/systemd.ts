import { posix } from 'node:path';
import { HoldfastError } from '../../model/error.ts';
import type { ServiceManager, Standing } from '../manager.ts';
import type { Scope } from '../names.ts';
import { UNIT } from '../names.ts';
import type { ServiceSpec } from '../service-spec.ts';
import type { Argv, Step } from '../step.ts';
import { systemdUnit } from '../systemd-unit.ts';
import type { ServiceWorld } from '../world.ts';

/** What a running systemd has made, and nothing else makes: sd_booted(3). */
const BOOTED = '/run/systemd/system';

/** systemd: a user unit, which runs without a session when lingering is enabled, or a system unit. */
export function systemdManager(world: ServiceWorld, scope: Scope, configHome: string): ServiceManager {
  const { run, account } = world;
  const systemctl = (...words: string[]): Argv => [
    'systemctl',
    ...(scope === 'user' ? ['--user'] : []),
    ...words,
  ];
  const folder = scope === 'user' ? posix.join(configHome, 'systemd/user') : '/etc/systemd/system';
  const file = posix.join(folder, UNIT);
  const lingers = async (): Promise<boolean | null> => {
    if (scope === 'system') return null;
    const { code, out } = await run(['loginctl', 'show-user', account.name, '-p', 'Linger', '--value']);
    return code === 0 && out.trim() === 'yes';
  };
  const reload: Step = { type: 'run', argv: systemctl('daemon-reload') };
  return {
    kind: 'systemd',
    file,
    traces: [],
    check: async () => {
      if (!world.exists(BOOTED)) throw absent();
      return warningsOf(await versionText(world), scope);
    },
    lingers,
    lingerFor: async () => ((await lingers()) === false ? account.name : null),
    files: async (spec: ServiceSpec) => {
      const version = Number(/^systemd (\d+)/.exec(await versionText(world))?.[1] ?? 0);
      return [
        { path: file, content: systemdUnit(spec, { scope, user: account.name, version }), mode: 0o644 },
      ];
    },
    activate: (linger) => [
      ...(linger === null ? [] : [{ type: 'run', argv: ['loginctl', 'enable-linger', linger] } as const]),
      reload,
      { type: 'run', argv: systemctl('enable', UNIT) },
      { type: 'run', argv: systemctl('restart', UNIT) },
    ],
    halt: [{ type: 'run', argv: systemctl('stop', UNIT) }],
    start: [{ type: 'run', argv: systemctl('start', UNIT) }],
    deactivate: [
      { type: 'try', argv: systemctl('disable', '--now', UNIT), why: 'fails when its file is gone' },
      { type: 'run', argv: systemctl('stop', UNIT) },
    ],
    forget: (linger) => [
      reload,
      { type: 'try', argv: systemctl('reset-failed', UNIT), why: 'fails when it had not failed' },
      ...(linger === null ? [] : [{ type: 'run', argv: ['loginctl', 'disable-linger', linger] } as const]),
    ],
    look: async () => standingOf((await run(systemctl('show', UNIT, ...PROPERTIES))).out),
  };
}

const PROPERTIES = ['LoadState', 'UnitFileState', 'ActiveState', 'MainPID'].map(
  (name) => `--property=${name}`,
);

function standingOf(shown: string): Standing {
  const value = (name: string): string => new RegExp(`^${name}=(.*)$`, 'm').exec(shown)?.[1] ?? '';
  const pid = Number(value('MainPID'));
  return {
    loaded: value('LoadState') === 'loaded',
    enabled: value('UnitFileState') === 'enabled',
    running: value('ActiveState') === 'active',
    pid: pid > 0 ? pid : null,
  };
}

/** `systemd 255 (255.4-1ubuntu8.4)`; empty when it cannot be asked. */
async function versionText({ run }: ServiceWorld): Promise<string> {
  return (await run(['systemctl', '--version'])).out.split('\n')[0] ?? '';
}

function warningsOf(version: string, scope: Scope): readonly string[] {
  const [, major, minor = '0'] = /\((\d+)(?:\.(\d+))?/.exec(version) ?? [];
  const killsLingering = major === '255' || (major === '256' && Number(minor) < 3);
  if (scope === 'system' || !killsLingering) return [];
  return [
    `This systemd (${major}.${minor}) may kill a lingering user's services when the user logs out last (systemd issue 43361, mended in 256.3). With \`sudo holdfast service install --system\` that cannot happen.`,
  ];
}

function absent(): HoldfastError {
  return new HoldfastError('ERR_SERVICE_NO_MANAGER', 'systemd does not run on this machine.', {
    hint: 'Use `holdfast start`, or run `holdfast run` under what starts programs here; in a container let it restart the container.',
  });
}
