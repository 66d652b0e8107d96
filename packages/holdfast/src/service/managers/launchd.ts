import { posix } from 'node:path';
import { launchdPlist } from '../launchd-plist.ts';
import type { ServiceManager, Standing } from '../manager.ts';
import type { Scope } from '../names.ts';
import { LABEL } from '../names.ts';
import type { Step } from '../step.ts';
import type { ServiceFolders, ServiceWorld } from '../world.ts';

/**
 * launchd: an agent, which runs while its user is logged in, or a daemon. `bootout` always names the service: with
 * the domain alone it would unload everything in it.
 */
export function launchdManager(world: ServiceWorld, scope: Scope, folders: ServiceFolders): ServiceManager {
  const { run, account } = world;
  const domain = scope === 'user' ? `gui/${account.uid ?? 0}` : 'system';
  const target = `${domain}/${LABEL}`;
  const folder =
    scope === 'user' ? posix.join(account.home, 'Library/LaunchAgents') : '/Library/LaunchDaemons';
  const file = posix.join(folder, `${LABEL}.plist`);
  const output = posix.join(folders.state, 'service.log');
  const unload: readonly Step[] = [
    { type: 'try', argv: ['launchctl', 'bootout', target], why: 'fails when nothing is loaded' },
    { type: 'until-gone', argv: ['launchctl', 'print', target] },
  ];
  const enable: Step = { type: 'run', argv: ['launchctl', 'enable', target] };
  return {
    kind: 'launchd',
    file,
    traces: [output],
    check: () => Promise.resolve(scope === 'user' ? [ONLY_LOGGED_IN] : []),
    lingers: () => Promise.resolve(null),
    lingerFor: () => Promise.resolve(null),
    files: (spec) => {
      const user = scope === 'system' ? account.name : null;
      return Promise.resolve([{ path: file, content: launchdPlist(spec, { output, user }), mode: 0o644 }]);
    },
    activate: () => [
      ...unload,
      enable,
      {
        type: 'retry',
        argv: ['launchctl', 'bootstrap', domain, file],
        // Loaded already, disabled, or not gone yet: all are told alike.
        failsWith: /Bootstrap failed: 5\b/,
        before: [...unload, enable],
      },
      { type: 'run', argv: ['launchctl', 'kickstart', target] },
    ],
    halt: unload,
    start: [{ type: 'run', argv: ['launchctl', 'bootstrap', domain, file] }],
    deactivate: unload,
    forget: () => [],
    look: async () => {
      const [printed, disabled] = [
        await run(['launchctl', 'print', target]),
        await run(['launchctl', 'print-disabled', domain]),
      ];
      return standingOf(printed.code === 0 ? printed.out : null, disabled.out);
    },
  };
}

const ONLY_LOGGED_IN =
  'A launch agent runs only while you are logged in. For a machine that nobody logs in to: `sudo holdfast service install --system`.';

function standingOf(printed: string | null, disabled: string): Standing {
  if (printed === null) return { loaded: false, enabled: false, running: false, pid: null };
  const pid = /^\s*pid = (\d+)/m.exec(printed)?.[1];
  const off = new RegExp(`"${LABEL.replaceAll('.', '\\.')}" => (disabled|true)`).test(disabled);
  return {
    loaded: true,
    enabled: !off,
    running: /^\s*state = running/m.test(printed),
    pid: pid === undefined ? null : Number(pid),
  };
}
