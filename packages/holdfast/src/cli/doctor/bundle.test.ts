import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { bundle } from './bundle.ts';
import { runChecks } from './run-checks.ts';
import { tar } from './tar.ts';
import { fakeWorld } from './testing/fake-world.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-bundle-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

it('an archive is read by tar, file by file', () => {
  const files = [
    { name: 'a/empty.txt', text: '' },
    { name: 'a/exact.txt', text: 'x'.repeat(512) },
    { name: 'a/ü.json'.replace('ü', 'u'), text: '{"title":"größer als ein Block"}'.repeat(40) },
  ];
  const path = join(folder, 'x.tar');
  writeFileSync(path, tar(files, Date.UTC(2026, 0, 1)));
  execFileSync('tar', ['xf', path, '-C', folder]);
  for (const { name, text } of files) expect(readFileSync(join(folder, name), 'utf8')).toBe(text);
});

it('holds no secret, address, argument or name of a home, wherever it stood', async () => {
  const secrets = {
    HOOK_KEY: 'hook-key-value',
    MAIL_PASSWORD: 'mail-password-value',
    OTHER_API_TOKEN: 'other-token-value',
  };
  const world = await fakeWorld({
    env: secrets,
    config: {
      contact: 'person@example.org',
      deadman: { url: 'https://ping.example.org/deadman-path', every: 60_000 },
      sources: [
        {
          id: 'x',
          kind: 'oai-pmh',
          baseUrl: 'https://user:url-password@repo.example.org/oai?key=query-key',
          from: '30d',
          enabled: true,
          timeouts: { connect: 1, firstByte: 1, idle: 1 },
        },
      ],
      alerts: {
        outageAfter: 0,
        diskDays: 7,
        channels: [
          { type: 'webhook', url: 'https://hooks.example.org/services/hook-path', secretEnv: 'HOOK_KEY' },
          { type: 'command', command: ['/bin/tell', 'command-argument'] },
          {
            type: 'email',
            to: ['to@example.org'],
            from: 'from@example.org',
            smtp: 'smtp://mail.example.org',
            userEnv: null,
            passwordEnv: 'MAIL_PASSWORD',
          },
        ],
      },
    },
    probe: () => Promise.reject(new Error('https://user:url-password@repo.example.org/ refused')),
  });
  const log = [
    'connecting to https://someone:log-password@proxy.example.org',
    'GET https://repo.example.org/oai?token=log-token&verb=Identify',
    'posted to https://hooks.example.org/services/hook-path with hook-key-value',
    'mail-password-value other-token-value to@example.org /home/me/data',
  ].join('\n');
  const archive = bundle(world, { checked: await runChecks(world, false), version: '1.0.0', log });
  const text = gunzipSync(archive).toString('latin1');
  const others = ['url-password', 'log-password', 'query-key', 'log-token', 'deadman-path', 'hook-path'];
  const personal = ['command-argument', 'person@', 'to@example', 'from@example', '/home/me'];
  for (const hidden of [...Object.values(secrets), ...others, ...personal])
    expect(text, hidden).not.toContain(hidden);
  for (const kept of [
    'repo.example.org',
    'hooks.example.org',
    '/bin/tell',
    'verb=Identify',
    'holdfast-report/log.txt',
  ])
    expect(text, kept).toContain(kept);
});

it('holds no secret in the forms that JSON and addresses give it', async () => {
  const secret = 'quo"ted\\and spaced ü';
  const world = await fakeWorld({ env: { MAIL_PASSWORD: secret } });
  const log = `${JSON.stringify({ kind: 'output', line: `login with ${secret} refused` })}
GET https://repo.example.org/?q=${encodeURIComponent(secret)}`;
  const archive = bundle(world, { checked: await runChecks(world, false), version: '1.0.0', log });
  const text = gunzipSync(archive).toString('utf8');
  expect(text).toContain('login with (secret) refused');
  for (const part of ['quo', 'spaced']) expect(text, part).not.toContain(part);
});
