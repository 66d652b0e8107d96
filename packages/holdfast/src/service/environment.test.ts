import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { resolveConfig } from '../config/index.ts';
import { serviceEnvironment } from './environment.ts';
import type { Surroundings } from './environment.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-env-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function environment(
  env: Record<string, string>,
  {
    platform = 'linux',
    flags = {},
    file = {},
  }: { platform?: NodeJS.Platform; flags?: object; file?: object } = {},
): Surroundings {
  writeFileSync(join(folder, 'holdfast.config.json'), JSON.stringify(file));
  const resolved = resolveConfig({ cwd: folder, platform: 'linux', home: folder, env, flags });
  return serviceEnvironment({ env, platform }, resolved, {
    manager: 'systemd',
    secretsFile: '/home/ada/service.env',
  });
}

describe('a service gets', () => {
  it('the settings that flags and variables gave, with absolute paths, and none that the file has', () => {
    const { env } = environment(
      { HOLDFAST_DATA_DIR: 'x/data', HOLDFAST_STATE_DIR: 'state', HOLDFAST_CONTACT: 'a@example.org' },
      { flags: { contact: 'b@example.org', maxDisk: '1GB' }, file: { watchdog: '40s' } },
    );
    expect(env).toMatchObject({
      HOLDFAST_MANAGER: 'systemd',
      HOLDFAST_DATA_DIR: join(folder, 'x/data'),
      HOLDFAST_STATE_DIR: join(folder, 'state'),
      HOLDFAST_CONTACT: 'b@example.org',
      HOLDFAST_MAX_DISK: '1000000000',
    });
    expect(Object.keys(env)).not.toContain('HOLDFAST_WATCHDOG');
  });

  it('what it is given resolves to the same configuration again', () => {
    const env = { HOLDFAST_DATA_DIR: 'd', HOLDFAST_STORE: 'sqlite:x.db', HOLDFAST_DASHBOARD_PORT: '5000' };
    const inputs = { cwd: folder, platform: 'linux', home: folder, flags: {} } as const;
    const given = environment(env).env;
    expect(resolveConfig({ ...inputs, cwd: '/', env: given }).config).toEqual(
      resolveConfig({ ...inputs, env }).config,
    );
  });

  it('the search path without the folders that npm put in front of it', () => {
    const { env } = environment({
      PATH: '/clone/node_modules/.bin:/home/ada/.npm/_npx/1/node_modules/.bin:relative:/opt/tools:/usr/bin',
    });
    expect(env['PATH']).toBe('/opt/tools:/usr/bin:/usr/local/bin:/bin:/usr/sbin:/sbin');
  });

  it('proxies and certificates as they are', () => {
    const given = { https_proxy: 'http://proxy:3128', NO_PROXY: 'a,b', NODE_EXTRA_CA_CERTS: '/etc/ca.pem' };
    expect(environment(given).env).toMatchObject(given);
  });

  it('no password of a proxy, which others could read: that goes into a file of its own', () => {
    const { env, warnings } = environment({ HTTPS_PROXY: 'http://ada:secret@proxy:3128' });
    expect(JSON.stringify(env)).not.toContain('secret');
    expect(warnings).toEqual([
      expect.stringMatching(/^HTTPS_PROXY holds a password.*\/home\/ada\/service\.env/),
    ]);
  });

  it('no secret of an alert, and the person is told which are needed', () => {
    const file = {
      alerts: { channels: [{ type: 'webhook', url: 'https://example.org/', secretEnv: 'HOOK_KEY' }] },
    };
    const { env, warnings } = environment({ HOOK_KEY: 'secret' }, { file });
    expect(JSON.stringify(env)).not.toContain('secret');
    expect(warnings).toEqual([expect.stringContaining('The alerts need HOOK_KEY')]);
  });

  it('on Windows no search path, since a task has that of its user', () => {
    expect(environment({ PATH: 'C:\\x' }, { platform: 'win32' }).env).toEqual({
      HOLDFAST_MANAGER: 'systemd',
    });
  });
});
