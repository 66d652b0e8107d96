import { Session } from 'selenium-webdriver';
import { Executor } from 'selenium-webdriver/http/index.js';
import { describe, expect, test } from 'vitest';
import { Windows } from './windows.ts';

/** A server that has one current window, like chromedriver, and answers when it is told to. */
class FakeServer {
  current = 'base';
  readonly log: string[] = [];
  readonly #held: (() => void)[] = [];
  holds = false;

  readonly client = {
    send: async ({ method, path, data }: { method: string; path: string; data?: unknown }) => {
      const command = path.replace('/session/s1', '');
      if (this.holds && command === '/title') await new Promise<void>((resolve) => this.#held.push(resolve));
      if (method === 'POST' && command === '/window') this.current = (data as { handle: string }).handle;
      else this.log.push(`${method} ${command} in ${this.current}`);
      const value =
        command === '/window/new' ? { handle: 'popup' } : command === '/title' ? this.current : null;
      return { status: 200, headers: {}, body: JSON.stringify({ value }) };
    },
  };

  goOn(): void {
    for (const resolve of this.#held.splice(0)) resolve();
  }
}

function make(): { server: FakeServer; windows: Windows } {
  const server = new FakeServer();
  const executor = new Executor(server.client);
  return { server, windows: new Windows(new Session('s1', {}), executor) };
}

describe('windows of one session', () => {
  test('each driver finds its own window to be the current one, however their commands mix', async () => {
    const { windows } = make();
    const [one, two] = [windows.on('one'), windows.on('two')];
    const titles = await Promise.all([
      one.driver.getTitle(),
      two.driver.getTitle(),
      one.driver.getTitle(),
      two.driver.getTitle(),
    ]);
    expect(titles).toEqual(['one', 'two', 'one', 'two']);
  });

  test('a driver stays in the window that it was switched to', async () => {
    const { windows } = make();
    const [one, two] = [windows.on('one'), windows.on('two')];
    await one.driver.switchTo().newWindow('tab');
    expect(await two.driver.getTitle()).toBe('two');
    expect(await one.driver.getTitle()).toBe('popup');
    expect(one.handles).toEqual(['one', 'popup']);
  });

  test('a window that was given back sends nothing any more, not even what waits for its turn', async () => {
    const { server, windows } = make();
    const [one, two] = [windows.on('one'), windows.on('two')];
    const running = two.driver.getTitle();
    const refused = one.driver.getTitle().catch((error: unknown) => error);
    one.fence();
    expect(await running).toBe('two');
    expect(await refused).toMatchObject({ name: 'NoSuchWindowError' });
    await expect(one.driver.getCurrentUrl()).rejects.toMatchObject({ name: 'NoSuchWindowError' });
    expect(server.log).toEqual(['GET /title in two']);
  });

  test('a script that returned nothing is believed when its window is still there, and not otherwise', async () => {
    const { windows } = make();
    let isGone = false;
    const one = windows.on('one', {
      failure: () => Promise.resolve(undefined),
      gone: () => Promise.resolve(isGone),
    });
    expect(await one.driver.executeScript('void 0')).toBeNull();
    isGone = true;
    await expect(one.driver.executeScript('void 0')).rejects.toMatchObject({ name: 'NoSuchWindowError' });
  });

  test('the session is stuck while a command runs whose window was given back', async () => {
    const { server, windows } = make();
    const one = windows.on('one');
    server.holds = true;
    const running = one.driver.getTitle();
    while (!windows.busy) await new Promise((resolve) => setImmediate(resolve));
    await windows.unstuck();
    one.fence();
    let isFree = false;
    const freed = windows.unstuck().then(() => (isFree = true));
    await new Promise((resolve) => setImmediate(resolve));
    expect(isFree).toBe(false);
    while (!isFree) {
      server.goOn();
      await new Promise((resolve) => setImmediate(resolve));
    }
    await freed;
    expect(await running).toBe('one');
    expect(windows.busy).toBe(false);
  });
});
