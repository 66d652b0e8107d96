import { execFile, spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Fault } from '../../fault.ts';
import { FaultProxy } from '../../proxy/fault-proxy.ts';
import { playOutage } from './outage.ts';

const HOST = 'upstream.test';
/** The product alone sees our files in place of the machine's, in a mount namespace of its own. */
const MOUNT = [
  'mount --bind "$0/hosts" /etc/hosts',
  'mount --bind "$0/nsswitch.conf" /etc/nsswitch.conf',
  'mount --bind "$0/resolv.conf" /etc/resolv.conf',
  'exec "$@"',
].join(' && ');

/** Looks the name up as the product does, over the same files; the error's code, or the address. */
async function lookUp(folder: string, signal: AbortSignal): Promise<string> {
  const ask = `require('node:dns').lookup('${HOST}', (error, address) => console.log(error?.code ?? address))`;
  const words = ['-Urm', 'sh', '-c', MOUNT, folder, process.execPath, '-e', ask];
  const { stdout } = await promisify(execFile)('unshare', words, { signal, timeout: 30_000 });
  return stdout.trim();
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
          let found = '';
          return {
            baseUrl: url.href,
            under: ['unshare', '-Urm', 'sh', '-c', MOUNT, folder],
            begin: async () => {
              await show('');
              // Meanwhile the product has words of its own to say.
              void lookUp(folder, at.signal).then(
                (answer) => (found = answer),
                (error: unknown) => (found = String(error)),
              );
            },
            end: () => show(`127.0.0.1 ${HOST}\n`),
            struck: () => {
              if (found !== '' && !row.says.test(found))
                throw new Error(`the drill itself could look the name up: ${found}`);
              return Number(found !== '');
            },
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
