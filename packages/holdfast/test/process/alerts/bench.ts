import { spawn } from 'node:child_process';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { systemClock } from '@holdfast/resilience/clock';
import type { AlertChannel } from '../../../src/config/config.ts';
import type { Incident } from '../../../src/model/incident.ts';
import { afterwards } from '../support.ts';
import type { AlertTest, DeathAt } from './alert-process.ts';

const PROCESS = fileURLToPath(new URL('./alert-process.ts', import.meta.url));

/** A request that a receiver was sent. */
export interface Received {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** A folder that is removed after the test. */
export function testFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-alerts-'));
  afterwards(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  return folder;
}

/** Listens on the loopback until the test is over; returns the port. */
export async function listenOn(server: Server): Promise<number> {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  afterwards(() => {
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

/** A webhook's receiver; `status` decides what it answers. */
export async function receiver(
  status: () => number = () => 204,
): Promise<{ url: string; received: Received[] }> {
  const received: Received[] = [];
  const server = createServer((request, response) => {
    let body = '';
    request.setEncoding('utf8').on('data', (text: string) => (body += text));
    request.on('end', () => {
      const code = status();
      if (code < 300) received.push({ headers: request.headers, body });
      response.writeHead(code).end();
    });
  });
  return { url: `http://127.0.0.1:${await listenOn(server)}/hook`, received };
}

/** Incidents on disk, as the store would tell them, and an outbox. */
export class AlertBench {
  readonly folder: string = testFolder();
  readonly #file: string = join(this.folder, 'incidents.json');
  #incidents: readonly Incident[] = [];

  set(incidents: readonly Incident[]): void {
    this.#incidents = incidents;
    writeFileSync(`${this.#file}.new`, JSON.stringify(incidents));
    renameSync(`${this.#file}.new`, this.#file);
  }

  recoverAll(): void {
    this.set(this.#incidents.map((incident) => ({ ...incident, recoveredAt: systemClock.now() })));
  }

  /** Starts the alerts; they end with the test, or where they are to die. */
  begin(
    channels: readonly AlertChannel[],
    options: { readonly dieAt?: DeathAt; readonly env?: Readonly<Record<string, string>> } = {},
  ): { looks: () => number; ended: Promise<NodeJS.Signals | null>; errors: () => string } {
    const test: AlertTest = {
      stateFolder: join(this.folder, 'outbox'),
      incidentsFile: this.#file,
      channels,
      dieAt: options.dieAt ?? null,
    };
    const child = spawn(process.execPath, ['--conditions=@holdfast/source', PROCESS], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...options.env, ALERT_TEST: JSON.stringify(test) },
    });
    let looks = 0;
    let errors = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (looks += text.split('\n').length - 1));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (errors += text));
    const ended = new Promise<NodeJS.Signals | null>((resolve) => {
      child.on('close', (_, signal) => resolve(signal));
    });
    afterwards(async () => {
      child.kill('SIGKILL');
      await ended;
    });
    return { looks: () => looks, ended, errors: () => errors };
  }
}
