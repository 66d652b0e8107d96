import { execFileSync, spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type pg from 'pg';
import { Client } from 'pg';

const DEBIAN = '/usr/lib/postgresql';

/** Where initdb and postgres are: the newest of Debian's. */
function binaries(): string | undefined {
  if (!existsSync(DEBIAN)) return undefined;
  const newest = readdirSync(DEBIAN).sort((a, b) => Number(b) - Number(a))[0];
  const folder = join(DEBIAN, newest ?? '', 'bin');
  return existsSync(join(folder, 'initdb')) ? folder : undefined;
}

/** A server that is nobody else's, in a folder that goes with it. PostgreSQL refuses to run as root. */
export class Postgres implements AsyncDisposable {
  readonly port: number;
  readonly #folder: string;
  readonly #process: ChildProcess;
  readonly #frozen = new Set<number>();

  private constructor(port: number, folder: string, process: ChildProcess) {
    this.port = port;
    this.#folder = folder;
    this.#process = process;
  }

  /** Whether this machine can run one: Debian's package postgresql. */
  static get isThere(): boolean {
    return binaries() !== undefined;
  }

  static async start(): Promise<Postgres> {
    const bin = binaries();
    if (bin === undefined) throw new Error('PostgreSQL is not on this machine');
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-postgres-'));
    const user = ownUser();
    if (user !== undefined) chownSync(folder, user.uid, user.gid);
    const data = join(folder, 'data');
    const init = ['-D', data, '-U', 'demo', '-A', 'trust', '--no-sync', '-E', 'UTF8', '--locale=C'];
    execFileSync(join(bin, 'initdb'), init, { stdio: 'pipe', cwd: folder, ...user });
    const port = await freePort();
    const settings = ['fsync=off', 'max_connections=30', `port=${port}`, `unix_socket_directories=${folder}`];
    const args = ['-D', data, '-h', '127.0.0.1', ...settings.flatMap((setting) => ['-c', setting])];
    const child = spawn(join(bin, 'postgres'), args, { stdio: 'ignore', cwd: folder, ...user });
    const server = new Postgres(port, folder, child);
    try {
      await server.ready();
    } catch (error) {
      await server[Symbol.asyncDispose]();
      throw error;
    }
    return server;
  }

  /** A client that is not connected yet. */
  client(more: pg.ClientConfig = {}): pg.Client {
    return new Client({ host: '127.0.0.1', port: this.port, user: 'demo', database: 'postgres', ...more });
  }

  /** One statement on a connection of its own. */
  async query<T extends pg.QueryResultRow>(text: string, values: unknown[] = []): Promise<T[]> {
    const client = this.client();
    client.on('error', () => undefined);
    await client.connect();
    try {
      return (await client.query<T>(text, values)).rows;
    } finally {
      await client.end();
    }
  }

  /** Resolves when it answers: at the start, and after it has recovered from a killed backend. */
  async ready(): Promise<void> {
    for (let tries = 1; ; tries += 1) {
      try {
        await this.query('SELECT 1');
        return;
      } catch (error) {
        if (tries === 300 || this.#process.exitCode !== null) throw error;
        await sleep(50);
      }
    }
  }

  /** SIGKILL of one backend: the server ends all others too and recovers. */
  async kill(backend: number): Promise<void> {
    if (isAlive(backend)) process.kill(backend, 'SIGKILL');
    while (isAlive(backend)) await sleep(10);
    await this.ready();
  }

  /** Stops a backend until the result is disposed. */
  freeze(backend: number): AsyncDisposable {
    process.kill(backend, 'SIGSTOP');
    this.#frozen.add(backend);
    return { [Symbol.asyncDispose]: async () => this.#thaw(backend) };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const backend of this.#frozen) this.#thaw(backend);
    if (this.#process.exitCode === null) {
      this.#process.kill('SIGINT');
      await once(this.#process, 'exit');
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #thaw(backend: number): void {
    this.#frozen.delete(backend);
    if (isAlive(backend)) process.kill(backend, 'SIGCONT');
  }
}

function isAlive(pid: number): boolean {
  return existsSync(`/proc/${pid}`);
}

/** The account of the package where we are root. */
function ownUser(): { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const ask = (flag: string): number => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: ask('-u'), gid: ask('-g') };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
