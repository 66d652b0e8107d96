import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebDriver } from 'selenium-webdriver';
import { Executor, HttpClient } from 'selenium-webdriver/http/index.js';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { classify } from '../../classify/index.ts';
import { OneShotClient, serverStatus } from './one-shot-client.ts';

/** A WebDriver server that counts the scripts it is told to run, and breaks the connection after each if it is told so. */
class CountingServer {
  executions = 0;
  resets = 0;
  breaks = true;
  readonly #server = createServer((request, response) => {
    if (request.method === 'POST' && request.url?.endsWith('/execute/sync') === true) {
      this.executions += 1;
      if (this.breaks) {
        this.resets += 1;
        request.socket.resetAndDestroy();
        return;
      }
    }
    response.setHeader('content-type', 'application/json');
    const value = request.url === '/session' ? { sessionId: 's1', capabilities: {} } : 'done';
    response.end(JSON.stringify({ value }));
  });

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

describe('a script that runs before its connection is reset', () => {
  let server: CountingServer;
  let url: string;
  beforeEach(async () => {
    server = new CountingServer();
    url = await server.start();
  });
  afterEach(async () => await server.stop());

  test('runs once with the client of the adapter, and the error keeps its code', async () => {
    const driver = WebDriver.createSession(new Executor(new OneShotClient(url)), { browserName: 'chrome' });
    const error: unknown = await driver.executeScript('send()').catch((caught: unknown) => caught);
    expect(server).toMatchObject({ executions: 1, resets: 1 });
    expect(error).toMatchObject({ code: 'ERR_DRIVER_SERVER', cause: { code: 'ECONNRESET' } });
    expect(classify(error)).toMatchObject({ category: 'session-lost', safeToReplay: 'unknown' });
  });

  test('runs four times with the client that selenium-webdriver brings along', async () => {
    const driver = WebDriver.createSession(new Executor(new HttpClient(url)), { browserName: 'chrome' });
    await expect(driver.executeScript('send()')).rejects.toThrow('ECONNRESET');
    expect(server).toMatchObject({ executions: 4, resets: 4 });
  });

  test('answers when nothing is reset', async () => {
    server.breaks = false;
    const driver = WebDriver.createSession(new Executor(new OneShotClient(url)), { browserName: 'chrome' });
    expect(await driver.executeScript('send()')).toBe('done');
    expect(server.executions).toBe(1);
  });
});

test('a command to a server that is gone was not sent, so it may be repeated', async () => {
  const server = new CountingServer();
  const url = await server.start();
  await serverStatus(url);
  await server.stop();
  const error: unknown = await serverStatus(url).catch((caught: unknown) => caught);
  expect(error).toMatchObject({ code: 'ERR_DRIVER_SERVER', cause: { code: 'ECONNREFUSED' } });
  expect(classify(error)).toMatchObject({ category: 'session-lost', safeToReplay: 'yes' });
});
