import type { AdapterContext } from '../../session/adapter.ts';
import { orAbort } from '../browser/or-abort.ts';
import type { OpenBrowser } from './selenium-browser.ts';
import { evaluate, openTarget, withTarget } from './targets.ts';
import { serverStatus } from './one-shot-client.ts';

/**
 * Asks the chromedriver, the browser and a renderer. The chromedriver works on one command at a time: while it works
 * on one that somebody waits for, which may be long, it is asked for its status alone; one whose window was given up
 * has to end first, since nothing else can be done until then.
 */
export async function feelPulse(open: OpenBrowser, { signal }: AdapterContext): Promise<void> {
  const { windows, url } = open;
  await orAbort(signal, windows.unstuck());
  await Promise.all([
    orAbort(signal, serverStatus(url)),
    windows.busy ? undefined : orAbort(signal, windows.handles()),
    reckonSomewhere(open, { signal }),
  ]);
}

/** Lets our own window reckon; when nothing is left of it, a new one. */
async function reckonSomewhere(open: OpenBrowser, context: AdapterContext): Promise<void> {
  const { devtools, pulse, own } = open;
  if (pulse.target !== undefined) {
    try {
      return await reckon(open, pulse.target, context);
    } catch (error) {
      if (context.signal.aborted || devtools.isClosed) throw error;
    }
  }
  const target = await openTarget(devtools, context);
  own.add(target);
  pulse.target = target;
  await reckon(open, target, context);
}

async function reckon({ devtools }: OpenBrowser, target: string, { signal }: AdapterContext): Promise<void> {
  const crashed = Promise.withResolvers<never>();
  using _listener = devtools.on(({ method, params }) => {
    if (
      params['targetId'] === target &&
      method.startsWith('Target.target') &&
      method !== 'Target.targetInfoChanged'
    ) {
      crashed.reject(new Error('The window that answers probes is gone.'));
    }
  });
  const reckoning = withTarget(devtools, target, (sessionId) => evaluate(devtools, sessionId, '1'));
  await orAbort(signal, Promise.race([reckoning, crashed.promise]));
}
