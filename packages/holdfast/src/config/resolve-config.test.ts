import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HoldfastError } from '../model/error.ts';
import type { ConfigInputs, ResolvedConfig } from './resolve-config.ts';
import { resolveConfig } from './resolve-config.ts';

let cwd = '';
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'holdfast-config-'));
});
afterEach(() => rmSync(cwd, { recursive: true, force: true }));

function resolve(inputs: Partial<ConfigInputs> = {}): ResolvedConfig {
  return resolveConfig({ flags: {}, env: {}, cwd, platform: 'linux', home: join(cwd, 'home'), ...inputs });
}

function withFile(content: unknown, inputs: Partial<ConfigInputs> = {}): ResolvedConfig {
  writeFileSync(
    join(cwd, 'holdfast.config.json'),
    typeof content === 'string' ? content : JSON.stringify(content),
  );
  return resolve(inputs);
}

function refusal(work: () => unknown): HoldfastError {
  try {
    work();
  } catch (error) {
    if (error instanceof HoldfastError) return error;
    throw error;
  }
  throw new Error('the configuration was accepted');
}

const arxiv = { id: 'arxiv', kind: 'arxiv' };

describe('without a file', () => {
  it('harvests arXiv and bioRxiv of the last 30 days into the data folder of the user', () => {
    const { config, file } = resolve();
    expect(file).toBeNull();
    expect(config.sources.map(({ id, kind, from, enabled }) => ({ id, kind, from, enabled }))).toEqual([
      { id: 'arxiv', kind: 'arxiv', from: '30d', enabled: true },
      { id: 'biorxiv', kind: 'biorxiv', from: '30d', enabled: true },
    ]);
    expect(config.dataDir).toBe(join(cwd, 'home/.local/share/holdfast'));
    expect(config.store).toBe(`sqlite:${join(cwd, 'home/.local/share/holdfast/holdfast.db')}`);
    expect(config.stateDir).toBe(join(cwd, 'home/.local/state/holdfast'));
    expect(config.dashboard).toEqual({ host: '127.0.0.1', port: 4848 });
    expect(config.watchdog).toBe(30_000);
    expect(config.contact).toBeNull();
  });

  it.each([
    ['darwin', {}, '/Users/a', '/Users/a/Library/Application Support/holdfast/data'],
    ['linux', { XDG_DATA_HOME: '/data' }, '/home/a', '/data/holdfast'],
    ['linux', { XDG_DATA_HOME: 'relative' }, '/home/a', '/home/a/.local/share/holdfast'],
  ] as const)('keeps data on %s with %o in the folder of that system', (platform, env, home, folder) => {
    expect(resolve({ platform, env, home }).config.dataDir).toBe(folder);
  });
});

describe('which file is read', () => {
  it('is the one of the working folder before that of the user', () => {
    mkdirSync(join(cwd, 'home/.config/holdfast'), { recursive: true });
    writeFileSync(join(cwd, 'home/.config/holdfast/holdfast.config.json'), '{"contact":"user@example.org"}');
    expect(resolve().config.contact).toBe('user@example.org');
    expect(withFile({ contact: 'here@example.org' }).config.contact).toBe('here@example.org');
  });

  it('is the named one before all others, and it must exist', () => {
    writeFileSync(join(cwd, 'other.json'), '{"contact":"other@example.org"}');
    expect(withFile({}, { flags: { config: 'other.json' } }).config.contact).toBe('other@example.org');
    expect(withFile({}, { env: { HOLDFAST_CONFIG: 'other.json' } }).config.contact).toBe('other@example.org');
    expect(refusal(() => resolve({ flags: { config: 'none.json' } })).code).toBe('ERR_CONFIG_NOT_FOUND');
  });

  it('must be JSON; the error names the file', () => {
    const error = refusal(() => withFile('{"sources": ['));
    expect(error.code).toBe('ERR_CONFIG_SYNTAX');
    expect(error.message).toContain(join(cwd, 'holdfast.config.json'));
  });
});

describe('paths', () => {
  it('are relative to the file, the store to dataDir', () => {
    mkdirSync(join(cwd, 'etc'));
    writeFileSync(join(cwd, 'etc/h.json'), '{"dataDir":"../data","store":"sqlite:papers.db"}');
    const { config } = resolve({ flags: { config: 'etc/h.json' } });
    expect(config.dataDir).toBe(join(cwd, 'data'));
    expect(config.store).toBe(`sqlite:${join(cwd, 'data/papers.db')}`);
  });

  it('of flags and variables are relative to the working folder', () => {
    const { config } = resolve({ flags: { dataDir: 'x' }, env: { HOLDFAST_STATE_DIR: 'y' } });
    expect([config.dataDir, config.stateDir]).toEqual([join(cwd, 'x'), join(cwd, 'y')]);
  });
});

describe('precedence', () => {
  it('is flags over variables over the file over defaults, and origins tell which', () => {
    const file = { contact: 'file@example.org', maxDisk: '1GB', sources: [arxiv] };
    const { config, origins } = withFile(file, {
      env: { HOLDFAST_CONTACT: 'env@example.org', HOLDFAST_MAX_DISK: '2GB', HOLDFAST_DASHBOARD_PORT: '5000' },
      flags: { contact: 'flag@example.org' },
    });
    expect(config.contact).toBe('flag@example.org');
    expect(config.maxDisk).toBe(2e9);
    expect(config.dashboard).toEqual({ host: '127.0.0.1', port: 5000 });
    const originOf = (key: string): string | undefined => origins.find((each) => each.key === key)?.origin;
    expect(originOf('contact')).toBe('--contact');
    expect(originOf('maxDisk')).toBe('HOLDFAST_MAX_DISK');
    expect(originOf('dashboard.port')).toBe('HOLDFAST_DASHBOARD_PORT');
    expect(originOf('dashboard.host')).toBe('default');
    expect(originOf('sources[0].id')).toBe(join(cwd, 'holdfast.config.json'));
    expect(originOf('sources[0].from')).toBe('default');
  });

  it('refuses a variable that is a typing mistake for a known one and leaves foreign ones alone', () => {
    expect(refusal(() => resolve({ env: { HOLDFAST_DATADIR: '/x' } })).message).toContain(
      'HOLDFAST_DATA_DIR',
    );
    expect(() => resolve({ env: { HOLDFAST_TEST_SEED: '1' } })).not.toThrow();
  });
});

describe('values', () => {
  it('of durations and sizes are text or numbers', () => {
    const { config } = withFile({
      maxDisk: '512MiB',
      watchdog: '1m',
      sources: [
        {
          ...arxiv,
          every: '6h',
          cooldown: 90_000,
          minIntervalMs: '5s',
          timeouts: { idle: '2m' },
          expect: '1d',
        },
      ],
    });
    expect(config.maxDisk).toBe(512 * 2 ** 20);
    expect(config.watchdog).toBe(60_000);
    expect(config.sources[0]).toEqual({
      id: 'arxiv',
      kind: 'arxiv',
      from: '30d',
      every: 21_600_000,
      minIntervalMs: 5_000,
      cooldown: 90_000,
      timeouts: { connect: 30_000, firstByte: 900_000, idle: 120_000 },
      enabled: true,
      expect: 86_400_000,
    });
  });

  it('below the floor of arXiv are taken on loopback only', () => {
    const fast = { ...arxiv, minIntervalMs: 0 };
    const local = withFile({ sources: [{ ...fast, baseUrl: 'http://127.0.0.1:4000/oai' }] });
    expect(local.config.sources[0]?.minIntervalMs).toBe(0);
    for (const source of [
      fast,
      { ...fast, baseUrl: 'https://mirror.example.org/oai' },
      { ...fast, kind: 'oai-pmh', baseUrl: 'https://oaipmh.arxiv.org/oai' },
      { ...fast, baseUrl: 'http://127.0.0.1.example.org/oai' },
    ]) {
      expect(refusal(() => withFile({ sources: [source] })).code).toBe('ERR_CONFIG_FLOOR');
    }
  });

  it.each([
    [{ sorces: [] }, 'ERR_CONFIG_UNKNOWN_KEY', 'sorces is not a known key; did you mean "sources"'],
    [
      { sources: [{ ...arxiv, form: '30d' }] },
      'ERR_CONFIG_UNKNOWN_KEY',
      'sources[0].form is not a known key; did you mean "from"',
    ],
    [
      { sources: [{ ...arxiv, timeouts: { idel: 1 } }] },
      'ERR_CONFIG_UNKNOWN_KEY',
      'sources[0].timeouts.idel is not a known key; did you mean "idle"',
    ],
    [
      { dashboard: { prot: 1 } },
      'ERR_CONFIG_UNKNOWN_KEY',
      'dashboard.prot is not a known key; did you mean "port"',
    ],
    [{ sources: [arxiv, { ...arxiv }] }, 'ERR_CONFIG_INVALID', 'sources[1].id "arxiv" is used twice'],
    [{ sources: [{ ...arxiv, id: '../x' }] }, 'ERR_CONFIG_INVALID', 'sources[0].id must be 1 to 64'],
    [
      { sources: [{ id: 'x', kind: 'pubmed' }] },
      'ERR_CONFIG_INVALID',
      'sources[0].kind must be one of arxiv, biorxiv, medrxiv, oai-pmh',
    ],
    [{ sources: [{ id: 'x', kind: 'oai-pmh' }] }, 'ERR_CONFIG_INVALID', 'sources[0].baseUrl is missing'],
    [
      { sources: [{ ...arxiv, set: 'cs' }] },
      'ERR_CONFIG_INVALID',
      'sources[0].set belongs to sources of kind oai-pmh',
    ],
    [
      { sources: [{ ...arxiv, from: 'yesterday' }] },
      'ERR_CONFIG_INVALID',
      'sources[0].from must be a number of days',
    ],
    [{ sources: [{ ...arxiv, from: '2020-02-30' }] }, 'ERR_CONFIG_INVALID', 'sources[0].from must be'],
    [
      { sources: [{ ...arxiv, every: 'often' }] },
      'ERR_CONFIG_INVALID',
      'sources[0].every must be a duration',
    ],
    [{ sources: [{ kind: 'arxiv' }] }, 'ERR_CONFIG_INVALID', 'sources[0].id is missing (string)'],
    [{ sources: [] }, 'ERR_CONFIG_INVALID', 'sources must name at least one source'],
    [{ contact: 'me' }, 'ERR_CONFIG_INVALID', 'contact must be an e-mail address'],
    [{ contact: 'a@b.org\r\nX: y' }, 'ERR_CONFIG_INVALID', 'contact must be'],
    [{ store: 'postgres://x' }, 'ERR_CONFIG_INVALID', 'store must be "sqlite:"'],
    [{ maxDisk: 'plenty' }, 'ERR_CONFIG_INVALID', 'maxDisk must be a size'],
    [{ dashboard: { port: 70_000 } }, 'ERR_CONFIG_INVALID', 'dashboard.port is not valid'],
    [[], 'ERR_CONFIG_INVALID', 'must be of type object'],
  ])('%j is refused with a sentence', (content, code, sentence) => {
    const error = refusal(() => withFile(content));
    expect(error.message).toContain(sentence);
    expect(error.message).toContain('holdfast.config.json');
    expect(error.code).toBe(code);
    expect(error.hint).not.toBe('');
  });

  it('that are wrong are all told at once', () => {
    const { message } = refusal(() =>
      withFile({ contact: 'me', sources: [{ ...arxiv, from: 'x', every: 'y' }] }),
    );
    expect(message.split('\n')).toHaveLength(3);
  });

  it('that are wrong in a flag name the flag', () => {
    expect(refusal(() => resolve({ flags: { contact: 'me' } })).message).toMatch(
      /^--contact: contact must be/,
    );
  });
});
