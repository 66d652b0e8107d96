import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readVersion } from '../version.ts';
import { runCommandLine } from './main.ts';
import { testIo } from './testing/test-io.ts';

let cwd = '';
beforeAll(() => {
  cwd = mkdtempSync(join(tmpdir(), 'holdfast-cli-'));
});
afterAll(() => rmSync(cwd, { recursive: true, force: true }));

async function holdfast(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  const io = testIo({ cwd });
  const code = await runCommandLine(args, io);
  return { code, out: io.out.text, err: io.err.text };
}

describe('wrong usage exits with 2 and suggests', () => {
  it.each([
    [['statsu'], 'Did you mean status?'],
    [['run', '--onec'], 'Did you mean --once?'],
    [['export', '--format', 'xml'], 'Allowed choices are jsonl, csv'],
    [['export'], '--format'],
    [['show'], "missing required argument 'id'"],
    [['ack', '5'], '--note'],
    [['run', '--deadline', '10m'], '--once'],
    [['run', '--once', '--deadline', 'soon'], '--deadline must be a duration'],
    [['run', '--source', 'arxvi'], 'Did you mean arxiv?'],
    [['retry', 'bioarxiv'], 'Did you mean biorxiv?'],
    [['--plain', 'sim'], 'sim must be the first word'],
    [[], 'Usage: holdfast'],
  ])('%j', async (args, text) => {
    const { code, out, err } = await holdfast(...args);
    expect(err).toContain(text);
    expect(out).toBe('');
    expect(code).toBe(2);
  });
});

describe('a run that would harvest nothing', () => {
  it.each([
    [['run'], 78, 'disabled.json: sources are all disabled'],
    [['run', '--once'], 78, 'disabled.json: sources are all disabled'],
    [['start'], 78, 'disabled.json: sources are all disabled'],
    [['plan'], 78, 'disabled.json: sources are all disabled'],
    [['run', '--once', '--source', 'arxiv'], 2, 'Source "arxiv" is disabled in the configuration.'],
    [['sources'], 0, ''],
  ])('is refused, and nothing else is: %j', async (args, code, text) => {
    const sources = [{ id: 'arxiv', kind: 'arxiv', enabled: false }];
    writeFileSync(join(cwd, 'disabled.json'), JSON.stringify({ dataDir: 'disabled', sources }));
    const found = await holdfast(...args, '--config', 'disabled.json');
    expect(found).toMatchObject({ code, err: expect.stringContaining(text) });
  });
});

describe('help and version', () => {
  it('are results: standard output, 0', async () => {
    expect(await holdfast('--version')).toMatchObject({ code: 0, out: `${readVersion()}\n`, err: '' });
    expect((await holdfast('--help')).out).toContain('Exit codes: 0 ok');
    expect((await holdfast('status', '--help')).out).toContain('--watch');
    expect((await holdfast('help', 'status')).out).toContain('--watch');
  });
});

describe('config', () => {
  it('prints values with their origins', async () => {
    writeFileSync(join(cwd, 'a.json'), '{"contact":"a@example.org"}');
    const { code, out } = await holdfast('config', '--config', 'a.json');
    expect(code).toBe(0);
    expect(out).toMatch(/^contact +a@example\.org +file$/m);
    expect(out).toMatch(/^sources\[0\]\.id +arxiv +default$/m);
    const json = JSON.parse((await holdfast('config', '--json', '--contact', 'b@example.org')).out) as {
      config: { contact: string };
    };
    expect(json.config.contact).toBe('b@example.org');
  });

  it('that is wrong exits with 78 and says what to do', async () => {
    writeFileSync(join(cwd, 'b.json'), '{"sorces":[]}');
    const { code, err } = await holdfast('status', '--config', 'b.json');
    expect(code).toBe(78);
    expect(err).toContain('did you mean "sources"');
    expect(err).toContain('docs/configuration.md');
  });
});

describe('without a store', () => {
  it('status answers in full and exits with 3', async () => {
    const { code, out } = await holdfast('status', '--json');
    expect(code).toBe(3);
    expect(JSON.parse(out)).toMatchObject({
      engine: { state: 'stopped' },
      store: { records: 0 },
      sources: [{ id: 'arxiv' }, { id: 'biorxiv' }],
    });
  });

  it.each([
    ['export', '--format', 'jsonl'],
    ['search', 'x'],
    ['gaps', '--json'],
  ])('%s says that there is none', async (...args) => {
    const { code, out, err } = await holdfast(...args);
    expect([code, out]).toEqual([1, '']);
    expect(err).toContain('There is no store');
  });
});
