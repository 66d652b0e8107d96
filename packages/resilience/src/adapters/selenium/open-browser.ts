import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { WebDriver, error as WebDriverErrors } from 'selenium-webdriver';
import type { Session } from 'selenium-webdriver';
import { Executor } from 'selenium-webdriver/http/index.js';
import type { Clock } from '../../clock/clock.ts';
import { identify } from '../../process/process-identity.ts';
import type { ProcessIdentity } from '../../process/process-identity.ts';
import type { AdapterContext, OpenContext } from '../../session/adapter.ts';
import { BrowserHome } from '../browser/browser-home.ts';
import type { BrowserSnapshot } from '../browser/browser-snapshot.ts';
import { orAbort } from '../browser/or-abort.ts';
import { OriginBook } from '../browser/origin-book.ts';
import { ChromedriverProcess } from './chromedriver-process.ts';
import { DevTools } from './devtools.ts';
import { OneShotClient } from './one-shot-client.ts';
import type { OpenBrowser } from './selenium-browser.ts';
import type { SeleniumAdapterOptions } from './selenium-options.ts';
import { restoreSnapshot } from './storage.ts';
import type { TargetInfo } from './targets.ts';
import { Windows } from './windows.ts';

type Options = SeleniumAdapterOptions & { readonly clock: Clock };

/** Starts a chromedriver and its browser and gives that back its state. What was begun in vain leaves nothing behind. */
export async function openBrowser(
  options: Options,
  { restore, signal }: OpenContext<BrowserSnapshot>,
): Promise<OpenBrowser> {
  signal.throwIfAborted();
  const { clock, processes, chromedriver } = options;
  const home = await BrowserHome.make({ kind: 'selenium', clock, processes });
  const undo: (() => unknown)[] = [];
  try {
    const { server, url } = await ChromedriverProcess.start(chromedriver, {
      env: home.environment(),
      signal,
    });
    undo.push(() => server.kill());
    const driverProcess = server.identity ?? undefined;
    const record =
      driverProcess === undefined
        ? undefined
        : await processes?.record({ kind: 'chromedriver', process: driverProcess });
    const forget = async (): Promise<void> => {
      if (record !== undefined) await processes?.forget(record);
    };
    undo.push(forget);
    const executor = new Executor(new OneShotClient(url));
    const session = await orAbort(signal, createSession(executor, options, home)).catch((error: unknown) => {
      throw withOutput(error, server.stderr);
    });
    const devtools = await DevTools.connect(await devToolsUrl(home.profile), signal);
    undo.push(() => devtools.close());
    const process = await orAbort(signal, browserProcess(devtools));
    if (process !== null) await home.started(process);
    const open: OpenBrowser = {
      url,
      ...(process !== null && { process }),
      ...(driverProcess !== undefined && { driverProcess }),
      clock,
      home,
      server,
      windows: new Windows(session, executor),
      devtools,
      book: new OriginBook(restore?.origins),
      pulse: { target: undefined },
      own: new Set(),
      forget,
    };
    await settle(open, restore, { signal });
    return open;
  } catch (error) {
    for (const step of undo) await step();
    await home.clear();
    throw error;
  }
}

async function createSession(executor: Executor, { chrome }: Options, home: BrowserHome): Promise<Session> {
  const driver = WebDriver.createSession(executor, {
    browserName: 'chrome',
    'goog:chromeOptions': {
      ...(chrome?.binary !== undefined && { binary: chrome.binary }),
      args: [...(chrome?.args ?? []), `--user-data-dir=${home.profile}`],
    },
  });
  return await driver.getSession();
}

/** chromedriver says that a browser ended at its start, and not why: the browser itself has said that. */
function withOutput(error: unknown, output: string): unknown {
  if (error instanceof WebDriverErrors.SessionNotCreatedError && output !== '') {
    error.message = `${error.message}\nThe browser wrote:\n${output}`;
  }
  return error;
}

/** Chromium writes where it listens into its profile: the port, then the path that holds its id. */
async function devToolsUrl(profile: string): Promise<string> {
  const [port = '', path = ''] = (await readFile(join(profile, 'DevToolsActivePort'), 'utf8')).split('\n');
  return `ws://127.0.0.1:${port}${path}`;
}

/** Who the browser is, as it says itself: it is chromedriver's child, not ours. */
async function browserProcess(devtools: DevTools): Promise<ProcessIdentity | null> {
  const { processInfo } = await devtools.send('SystemInfo.getProcessInfo');
  const all = processInfo as unknown as readonly { readonly type: string; readonly id: number }[];
  const pid = all.find(({ type }) => type === 'browser')?.id;
  return pid === undefined ? null : identify(pid);
}

async function settle(
  open: OpenBrowser,
  restore: BrowserSnapshot | undefined,
  context: AdapterContext,
): Promise<void> {
  const [first] = await orAbort(context.signal, open.windows.handles());
  if (first !== undefined) open.own.add(first);
  open.pulse.target = first;
  if (restore !== undefined) await restoreSnapshot(open, restore, context);
  open.devtools.on(({ method, params }) => {
    const isEnd = method === 'Target.targetCrashed' || method === 'Target.targetDestroyed';
    if (isEnd && params['targetId'] === open.pulse.target) open.pulse.target = undefined;
    if (method !== 'Target.targetCreated' && method !== 'Target.targetInfoChanged') return;
    const { type, targetId, url } = params['targetInfo'] as unknown as TargetInfo;
    if (type === 'page' && !open.own.has(targetId)) open.book.visit(url);
  });
  await orAbort(context.signal, open.devtools.send('Target.setDiscoverTargets', { discover: true }));
}
