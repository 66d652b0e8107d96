import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DrillEvent } from '../../checker/events.ts';
import type { Fault } from '../../fault.ts';
import { FaultProxy } from '../../proxy/fault-proxy.ts';
import { playOutage, type Span } from './outage.ts';

const HOST = 'upstream.test';
/** The product alone sees our files in place of the machine's, in a mount namespace of its own. */
const MOUNT = [
  'mount --bind "$0/hosts" /etc/hosts',
  'mount --bind "$0/nsswitch.conf" /etc/nsswitch.conf',
  'mount --bind "$0/resolv.conf" /etc/resolv.conf',
  'exec "$@"',
].join(' && ');

/** Tries for which no address was found, in the product's own words. */
function unresolved(events: readonly DrillEvent[], { from, to }: Span): number {
  return events.filter(
    ({ at, kind, code, wait }) =>
      at >= from &&
      at < to &&
      ((kind === 'retry' && /ERR_DNS|ENOTFOUND|EAI_AGAIN/.test(String(code))) ||
        wait?.error?.code === 'ERR_DNS'),
  ).length;
}

function nameFault(row: {
  readonly name: string;
  readonly about: string;
  readonly hosts: string;
  readonly says: RegExp;
}): Fault {
  return {
    name: row.name,
    layer: 'network',
    about: row.about,
    holds: 'It waits as offline, says why, and goes on by itself when the name is known again.',
    quick: false,
    missing: () =>
      process.platform === 'linux' && spawnSync('unshare', ['-Urm', 'true']).status === 0
        ? null
        : 'Linux with user namespaces',
    play: (stage) =>
      playOutage(stage, {
        when: 'list',
        lastsMs: 4_000,
        causes: ['outage', 'offline'],
        says: row.says,
        inject: async (at, simulator) => {
          const proxy = await FaultProxy.start(simulator.baseUrl, { seed: at.seed });
          at.defer(() => proxy.close());
          const folder = join(at.folder, 'etc');
          mkdirSync(folder);
          const write = (file: string, text: string): void => writeFileSync(join(folder, file), text);
          const show = async (hosts: string): Promise<void> => {
            write('hosts', `127.0.0.1 localhost\n${hosts}`);
            // A connection that is kept needs no name.
            await proxy.disable();
            await proxy.enable();
          };
          write('nsswitch.conf', `hosts: ${row.hosts}\n`);
          // Nothing listens there, so nothing is asked outside of this machine.
          write('resolv.conf', 'nameserver 127.0.0.1\noptions timeout:1 attempts:1\n');
          await show(`127.0.0.1 ${HOST}\n`);
          const url = new URL(proxy.url);
          url.hostname = HOST;
          return {
            baseUrl: url.href,
            under: ['unshare', '-Urm', 'sh', '-c', MOUNT, folder],
            begin: () => show(''),
            end: () => show(`127.0.0.1 ${HOST}\n`),
            struck: unresolved,
          };
        },
      }),
  };
}

/** Names that cannot be looked up for a while. */
export const nameFaults: readonly Fault[] = [
  nameFault({
    name: 'dns-not-found',
    about: 'The name of the upstream is unknown for a while (ENOTFOUND).',
    hosts: 'files',
    says: /ENOTFOUND/,
  }),
  nameFault({
    name: 'dns-no-server',
    about: 'No name server answers for a while (EAI_AGAIN).',
    hosts: 'files dns',
    says: /EAI_AGAIN/,
  }),
];
