import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { constant } from '../../../src/policy/backoff/backoff.ts';
import { VirtualClock } from '../../../src/clock/virtual-clock.ts';
import { connectionResilience } from '../../../src/session/functions/connection-resilience.ts';
import { periodicHealthCheck } from '../../../src/session/functions/periodic-health-check.ts';

const source = fileURLToPath(new URL('../../../src/session/functions/', import.meta.url));
const typescript = dirname(createRequire(import.meta.url).resolve('typescript/package.json'));
const modules = dirname(typescript);

/** A class as users write it; this repository's own files run untransformed and may not. */
const fixture = `
import type { connectionResilience as Resilience } from '${source}connection-resilience.ts';
import type { periodicHealthCheck as Health } from '${source}periodic-health-check.ts';
import type { Clock } from '${source}../../clock/clock.ts';
import type { Backoff } from '${source}../../policy/backoff/backoff.ts';

export interface Tools {
  readonly connectionResilience: typeof Resilience;
  readonly periodicHealthCheck: typeof Health;
  readonly clock: Clock;
  readonly backoff: Backoff;
}

export function make({ connectionResilience, periodicHealthCheck, clock, backoff }: Tools) {
  class Portal {
    static readonly pings: number[] = [];
    readonly calls: unknown[][] = [];
    recoveries = 0;
    checks = 0;
    constructor(readonly name: string, public losses: number) {}

    @connectionResilience((portal: Portal) => ({
      clock, backoff, maxAttempts: 5, recover: async () => { portal.recoveries += 1; },
    }))
    async gather(page: number, size = 10): Promise<string> {
      this.calls.push([page, size]);
      if (this.losses > 0) {
        this.losses -= 1;
        throw Object.assign(new Error('lost'), { code: 'ECONNRESET' });
      }
      return \`\${this.name} \${page}\`;
    }

    @periodicHealthCheck((portal: Portal) => ({
      every: 5,
      clock,
      check: async () => { portal.checks += 1; },
      onUnhealthy: async () => undefined,
    }))
    async open(id: string): Promise<string> {
      return this.name + id;
    }

    @connectionResilience({ clock, backoff, maxAttempts: 1 })
    static async ping(n: number): Promise<number> {
      this.pings.push(n);
      if (this.pings.length === 1) throw Object.assign(new Error('lost'), { code: 'ECONNRESET' });
      return n;
    }

    @connectionResilience<Portal>({ clock, backoff })
    async #secret(): Promise<string> {
      return \`secret of \${this.name}\`;
    }
    secret(): Promise<string> {
      return this.#secret();
    }
  }
  return Portal;
}
`;

interface Instance {
  readonly calls: readonly unknown[];
  readonly recoveries: number;
  readonly checks: number;
  gather(page: number, size?: number): Promise<string>;
  open(id: string): Promise<string>;
  secret(): Promise<string>;
}
interface Portal {
  new (name: string, losses: number): Instance;
  readonly pings: readonly number[];
  ping(n: number): Promise<number>;
}

let folder: string;
let Decorated: Portal;
const clock = new VirtualClock();

const compile = (text: string): string => {
  writeFileSync(join(folder, 'portal.ts'), text);
  const options = [
    '--target',
    'es2024',
    '--module',
    'nodenext',
    '--strict',
    '--skipLibCheck',
    '--types',
    'node',
  ];
  const tsc = [join(typescript, 'bin', 'tsc'), 'portal.ts', ...options];
  const run = (...more: string[]): void =>
    void execFileSync(process.execPath, [...tsc, ...more], { cwd: folder, encoding: 'utf8', stdio: 'pipe' });
  try {
    run('--noEmit', '--allowImportingTsExtensions', '--erasableSyntaxOnly', 'false');
    run('--noCheck', '--noResolve', '--outDir', 'out');
    return '';
  } catch (error) {
    return String((error as { stdout?: unknown }).stdout);
  }
};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-decorators-'));
  symlinkSync(modules, join(folder, 'node_modules'));
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  expect(compile(fixture)).toBe('');
  const module = (await import(pathToFileURL(join(folder, 'out', 'portal.js')).href)) as {
    make: (tools: object) => Portal;
  };
  Decorated = module.make({ connectionResilience, periodicHealthCheck, clock, backoff: constant(1) });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function passing<T>(promise: Promise<T>): Promise<T> {
  let isOver = false;
  const over = promise.finally(() => {
    isOver = true;
  });
  over.catch(() => undefined);
  while (!isOver) await clock.runNext();
  return await over;
}

describe('TC39 decorators, compiled by tsc', () => {
  it('recover per instance, with `this`, arguments and defaults kept', async () => {
    const [one, two] = [new Decorated('one', 3), new Decorated('two', 0)];
    const both = await passing(Promise.all([one.gather(7), two.gather(8, 20)]));
    expect(both).toEqual(['one 7', 'two 8']);
    expect(one.calls).toEqual(Array.from({ length: 4 }, () => [7, 10]));
    expect([one.recoveries, two.recoveries]).toEqual([3, 0]);
    expect(two.calls).toEqual([[8, 20]]);
  });

  it('count the calls of each instance by itself', async () => {
    const [one, two] = [new Decorated('one', 0), new Decorated('two', 0)];
    for (let n = 0; n < 100; n += 1) expect(await one.open(` ${n}`)).toBe(`one ${n}`);
    for (let n = 0; n < 9; n += 1) await two.open('');
    expect([one.checks, two.checks]).toEqual([20, 1]);
  });

  it('stand on static and on private methods too', async () => {
    expect(await passing(Decorated.ping(4))).toBe(4);
    expect(Decorated.pings).toEqual([4, 4]);
    expect(await new Decorated('one', 0).secret()).toBe('secret of one');
  });

  it('are refused by the compiler where a method is not asynchronous', () => {
    const wrong = fixture.replace('async open(id: string): Promise<string>', 'open(id: string): string');
    expect(compile(wrong)).toMatch(/error TS/);
  });

  it('say so when they are compiled as the decorators of old', () => {
    const decorate = connectionResilience() as unknown as (...args: unknown[]) => unknown;
    expect(() => decorate({}, 'gather', {})).toThrow(expect.objectContaining({ code: 'ERR_INVALID_OPTION' }));
  });
});
