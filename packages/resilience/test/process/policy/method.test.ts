import { execFileSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { VirtualClock } from '../../../src/clock/virtual-clock.ts';
import { constant } from '../../../src/policy/backoff/backoff.ts';
import { attemptContext } from '../../../src/policy/pipeline/method.ts';
import { resilient } from '../../../src/policy/pipeline/resilient.ts';

const source = fileURLToPath(new URL('../../../src/policy/pipeline/', import.meta.url));
const typescript = dirname(createRequire(import.meta.url).resolve('typescript/package.json'));

/** A class as users write it; this repository's own files run untransformed and may not. */
const fixture = `
import type { attemptContext as Context, PolicyMethodDecorator } from '${source}method.ts';

export interface Tools {
  readonly protectedBy: PolicyMethodDecorator;
  readonly attemptContext: typeof Context;
}

const lost = () => Object.assign(new Error('lost'), { code: 'ECONNRESET' });

export function make({ protectedBy, attemptContext }: Tools) {
  class Portal {
    static readonly pings: unknown[] = [];
    readonly calls: unknown[][] = [];
    constructor(readonly name: string, public losses: number) {}

    @protectedBy
    async gather(page: number, size = 10): Promise<string> {
      this.calls.push([page, size, attemptContext()?.attempt, attemptContext()?.signal.aborted]);
      if (this.losses > 0) {
        this.losses -= 1;
        throw lost();
      }
      return \`\${this.name} \${page}\`;
    }

    @protectedBy
    plain(add: number): number | Promise<number> {
      return this.calls.length + add;
    }

    @protectedBy
    static async ping(n: number): Promise<number> {
      this.pings.push(n);
      if (this.pings.length === 1) throw lost();
      return n;
    }

    @protectedBy
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
  gather(page: number, size?: number): Promise<string>;
  plain(add: number): number | Promise<number>;
  secret(): Promise<string>;
}
interface Portal {
  new (name: string, losses: number): Instance;
  readonly pings: readonly unknown[];
  ping(n: number): Promise<number>;
}

const clock = new VirtualClock();
const policy = resilient('portal', {
  retry: { network: { attempts: 5, backoff: constant('1s') } },
  clock,
});
let folder: string;
let Decorated: Portal;

const OPTIONS = [
  '--target',
  'es2023',
  '--module',
  'nodenext',
  '--strict',
  '--skipLibCheck',
  '--types',
  'node',
];

/** What the compiler says of the text; nothing when it is content. */
function compile(text: string): string {
  writeFileSync(join(folder, 'portal.ts'), text);
  const run = (...more: string[]): void =>
    void execFileSync(process.execPath, [join(typescript, 'bin', 'tsc'), 'portal.ts', ...OPTIONS, ...more], {
      cwd: folder,
      encoding: 'utf8',
      stdio: 'pipe',
    });
  try {
    run('--noEmit', '--allowImportingTsExtensions', '--erasableSyntaxOnly', 'false', '--lib', 'esnext');
    run('--noCheck', '--noResolve', '--outDir', 'out');
    return '';
  } catch (error) {
    return String((error as { stdout?: unknown }).stdout);
  }
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-method-'));
  symlinkSync(dirname(typescript), join(folder, 'node_modules'));
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
  expect(compile(fixture)).toBe('');
  const module = (await import(pathToFileURL(join(folder, 'out', 'portal.js')).href)) as {
    make: (tools: object) => Portal;
  };
  Decorated = module.make({ protectedBy: policy.method, attemptContext });
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function passing<T>(promise: Promise<T> | T): Promise<T> {
  let isOver = false;
  const over = Promise.resolve(promise).finally(() => {
    isOver = true;
  });
  over.catch(() => undefined);
  while (!isOver) await clock.runNext();
  return await over;
}

describe('a policy as a TC39 decorator, compiled by tsc', () => {
  it('repeats an async method, with `this`, arguments, defaults and the attempt', async () => {
    const [one, two] = [new Decorated('one', 2), new Decorated('two', 0)];
    expect(await passing(Promise.all([one.gather(7), two.gather(8, 20)]))).toEqual(['one 7', 'two 8']);
    expect(one.calls).toEqual([1, 2, 3].map((attempt) => [7, 10, attempt, false]));
    expect(two.calls).toEqual([[8, 20, 1, false]]);
    expect([one.gather.name, one.gather.length]).toEqual(['gather', 1]);
  });

  it('makes a promise of a plain value', async () => {
    const sum = new Decorated('one', 0).plain(4);
    expect(sum).toBeInstanceOf(Promise);
    expect(await sum).toBe(4);
  });

  it('stands on static and on private methods', async () => {
    expect(await passing(Decorated.ping(4))).toBe(4);
    expect(Decorated.pings).toEqual([4, 4]);
    expect(await new Decorated('one', 0).secret()).toBe('secret of one');
  });

  it.each([
    ['a method that is declared to give a plain value alone', 'number | Promise<number>', 'number'],
    ['a field', 'readonly calls: unknown[][]', '@protectedBy readonly calls: unknown[][]'],
  ])('is refused by the compiler on %s', (_what, right, wrong) => {
    expect(fixture).toContain(right);
    expect(compile(fixture.replace(right, wrong))).toMatch(/error TS/);
  });
});
