import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { covered } from '../../../../test/needs.ts';
import { launchdPlist } from '../../src/service/launchd-plist.ts';
import { systemdUnit } from '../../src/service/systemd-unit.ts';
import type { Scope } from '../../src/service/names.ts';
import type { ServiceSpec } from '../../src/service/service-spec.ts';
import { taskXml, utf16 } from '../../src/service/task-xml.ts';
import { NASTY, PLAIN, WINDOWS } from '../../src/service/testing/example-spec.ts';

const schema = fileURLToPath(new URL('service/task.xsd', import.meta.url));
const has = (tool: string, ...args: string[]): boolean => spawnSync(tool, args).status === 0;
const run = (tool: string, args: readonly string[], env: Record<string, string> = {}) => {
  const { status, stdout, stderr } = spawnSync(tool, args, {
    encoding: 'utf8',
    env: { ...process.env, ...env },
  });
  return { status, said: stdout + stderr };
};

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-definitions-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

function put(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

const hasVerify = process.platform === 'linux' && has('systemd-analyze', '--version');

describe.skipIf(!covered('systemd-analyze', hasVerify))('systemd-analyze verify', () => {
  const verify = (scope: Scope, unit: string) => {
    const path = join(mkdtempSync(join(folder, 'unit-')), 'holdfast.service');
    writeFileSync(path, unit);
    const words = ['verify', '--recursive-errors=yes', ...(scope === 'user' ? ['--user'] : []), path];
    return run('systemd-analyze', words, { XDG_RUNTIME_DIR: folder });
  };
  // The program of a unit has to be there.
  const there = (spec: ServiceSpec): ServiceSpec => {
    const node = join(folder, 'a b 100% $NODE', 'node');
    mkdirSync(join(folder, 'a b 100% $NODE'), { recursive: true });
    if (!has('test', '-e', node)) symlinkSync(process.execPath, node);
    return { ...spec, node, workingFolder: folder };
  };

  test.each([
    ['user', 'plain', PLAIN],
    ['user', 'nasty', NASTY],
    ['system', 'plain', PLAIN],
    ['system', 'nasty', NASTY],
  ] as const)('says nothing about the %s unit, %s', (scope, _, spec) => {
    const unit = systemdUnit(there(spec), { scope, user: 'root', version: 252 });
    expect(verify(scope, unit)).toEqual({ status: 0, said: '' });
  });

  test('finds a key that does not exist', () => {
    const unit = systemdUnit(there(PLAIN), { scope: 'user', user: 'root', version: 252 });
    expect(verify('user', unit.replace('RestartSec=', 'RestartSecs=')).said).toContain('RestartSecs');
  });
});

describe.skipIf(!covered('xmllint', has('xmllint', '--version')))('scheduled tasks', () => {
  const tasks = [
    taskXml(WINDOWS, { scope: 'user', user: 'PC\\Ada L', headless: true }),
    taskXml(WINDOWS, { scope: 'system', user: 'PC\\Ada L', headless: false }),
    taskXml(
      { ...NASTY, node: 'C:\\ö & <x>\\node.exe', workingFolder: 'C:\\' },
      {
        scope: 'user',
        user: 'größe & <co>',
        headless: true,
      },
    ),
  ].map((xml) => [xml] as const);
  const validate = (xml: string) =>
    run('xmllint', ['--noout', '--schema', schema, put('task.xml', utf16(xml))]);

  test.each(tasks)('fit the schema, in the encoding that they name', (xml) => {
    expect(validate(xml).said).toMatch(/task\.xml validates$/m);
  });

  test.each([
    ['Count>255<', 'Count>300<'],
    ['PT1M', 'PT30S'],
    ['>S4U<', '>Password<'],
    ['<Priority>5', '<Priorities>5'],
    ['ExecutionTimeLimit>PT0S', 'ExecutionTimeLimit>PT72H'],
  ])('with %s as %s they do not', (from, to) => {
    const xml = tasks[1]?.[0] ?? '';
    expect(xml).toContain(from);
    expect(validate(xml.replaceAll(from, to)).status).not.toBe(0);
  });
});

/** Every key that launchd.plist(5) tells of and that we write, with its type. */
const PLIST_KEYS: Readonly<Record<string, string>> = {
  Label: 'str',
  UserName: 'str',
  ProgramArguments: 'list of str',
  WorkingDirectory: 'str',
  EnvironmentVariables: 'dict of str',
  RunAtLoad: 'bool',
  KeepAlive: 'bool',
  ThrottleInterval: 'int',
  ExitTimeOut: 'int',
  ProcessType: 'str',
  StandardOutPath: 'str',
  StandardErrorPath: 'str',
};
const READ_PLIST = `
import json, plistlib, sys
def kind(value):
    if isinstance(value, list): return 'list of ' + ','.join(sorted({type(x).__name__ for x in value}))
    if isinstance(value, dict): return 'dict of ' + ','.join(sorted({type(x).__name__ for x in value.values()}))
    return type(value).__name__
job = plistlib.load(open(sys.argv[1], 'rb'))
print(json.dumps({'job': job, 'kinds': {key: kind(value) for key, value in job.items()}}))
`;

const readsPlists =
  covered('xmllint', has('xmllint', '--version')) &&
  covered('python3', has('python3', '-c', 'import plistlib'));

describe.skipIf(!readsPlists)('property lists of launchd', () => {
  test.each([
    ['agent', PLAIN, null],
    ['daemon', PLAIN, 'ada'],
    ['nasty', NASTY, null],
  ] as const)('%s: two parsers read it, and it has only keys that launchd knows', (name, spec, user) => {
    const path = put(`${name}.plist`, launchdPlist(spec, { output: '/var/log/a & b.log', user }));
    expect(run('xmllint', ['--noout', '--nonet', path])).toEqual({ status: 0, said: '' });
    const read = run('python3', ['-c', READ_PLIST, path]);
    expect(read.status, read.said).toBe(0);
    const { job, kinds } = JSON.parse(read.said) as {
      job: Record<string, unknown>;
      kinds: Record<string, string>;
    };
    expect(kinds).toEqual(Object.fromEntries(Object.keys(kinds).map((key) => [key, PLIST_KEYS[key]])));
    expect(job['UserName']).toBe(user ?? undefined);
    expect(job['ProgramArguments']).toEqual([spec.node, ...spec.nodeOptions, spec.script, ...spec.args]);
    expect(job['EnvironmentVariables']).toEqual(spec.env);
    expect(job['WorkingDirectory']).toBe(spec.workingFolder);
    expect(job['ExitTimeOut']).toBeGreaterThan(20);
  });
});
