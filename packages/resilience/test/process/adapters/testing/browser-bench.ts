import type { Bench } from '../../../../src/adapters/conformance.ts';
import { rendererPids } from '../../../../src/adapters/browser/process-table.ts';
import type { BrowserSnapshot } from '../../../../src/adapters/playwright/index.ts';
import type { ProcessIdentity } from '../../../../src/process/index.ts';
import type { BrowserGround } from './browser-ground.ts';
import { freeze, kill } from './freeze.ts';

/** A browser whose process may be known. */
interface KnownBrowser {
  readonly process?: ProcessIdentity;
}

type Shared =
  | 'kill'
  | 'freeze'
  | 'leftovers'
  | 'logins'
  | 'dropLogins'
  | 'viewLosses'
  | 'acted'
  | 'resetAfterNextAct'
  | 'resets'
  | typeof Symbol.asyncDispose;

/** What the suite does to a browser and its sites, whatever drives it; `close` closes a page from outside. */
export function browserBench<R extends KnownBrowser, V>(
  ground: BrowserGround,
  close: (view: V) => Promise<void>,
): Pick<Bench<R, BrowserSnapshot, V>, Shared> {
  const { counter } = ground;
  return {
    kill: async (resource) => await kill(identityOf(resource)),
    freeze: async (resource) => await freeze(identityOf(resource)),
    leftovers: async () => await ground.leftovers(),
    logins: async () => await ground.logins(),
    dropLogins: async () => await ground.dropLogins(),
    viewLosses: [
      { name: 'closed from outside', lose: async (view) => await close(view) },
      {
        name: 'its renderer killed',
        untrusted: true,
        lose: async (_, resource) => {
          const pids = rendererPids(identityOf(resource).pid);
          if (pids.length === 0) throw new Error('there is no renderer to kill');
          for (const pid of pids) process.kill(pid, 'SIGKILL');
        },
      },
    ],
    acted: async (mark) => counter.count(mark),
    resetAfterNextAct: async () => counter.resetNext(),
    resets: async () => counter.resets,
    [Symbol.asyncDispose]: async () => await ground[Symbol.asyncDispose](),
  };
}

function identityOf({ process: browser }: KnownBrowser): ProcessIdentity {
  if (browser === undefined) throw new Error('the browser must be known');
  return browser;
}
