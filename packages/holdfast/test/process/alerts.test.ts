import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { systemClock } from '@holdfast/resilience/clock';
import { describe, expect, test } from 'vitest';
import { programRunner } from '../../src/follow/alerts/channels/run-program.ts';
import type { AlertChannel } from '../../src/config/config.ts';
import { incident } from '../../src/follow/testing/alert-scene.ts';
import { AlertBench, receiver, testFolder, type Received } from './alerts/bench.ts';
import type { DeathAt } from './alerts/alert-process.ts';
import { hmacSha256, isSigned } from './alerts/check-signature.ts';
import { smtpServer } from './alerts/smtp-server.ts';
import { isAlive, until } from './support.ts';

const KEY = 'a key of the test';
const env = { ALERT_KEY: KEY, SMTP_USER: 'someone', SMTP_PASSWORD: 'hunter2' };
const hook = (url: string): AlertChannel => ({ type: 'webhook', url, secretEnv: 'ALERT_KEY' });
const idOf = ({ headers }: Received): string => String(headers['holdfast-id']);
const ago = (ms: number): number => systemClock.now() - ms;

describe('an alert that is killed between its event and its delivery', () => {
  // How often the receiver sees it: a death between acceptance and mark repeats it, under the same id.
  test.each<[DeathAt, number]>([
    ['before intent', 1],
    ['after intent', 1],
    ['after sending', 2],
    ['before mark', 2],
    ['after mark', 1],
  ])('%s still arrives once by its id', async (dieAt, deliveries) => {
    const bench = new AlertBench();
    const { url, received } = await receiver();
    bench.set([incident('gap', ago(60_000), { id: 'inc-1' })]);
    const first = bench.begin([hook(url)], { dieAt, env });
    expect(await first.ended, first.errors()).toBe('SIGKILL');
    const second = bench.begin([hook(url)], { env });
    await until(() => received.length > 0);
    const seen = second.looks();
    await until(() => second.looks() >= seen + 5);
    expect(received.map(idOf)).toEqual(Array.from({ length: deliveries }, () => 'inc-1:opened'));
    expect(received.every((each) => isSigned(each, KEY))).toBe(true);
    expect(received.some((each) => isSigned(each, 'another key'))).toBe(false);
  });
});

test('the test vector of the documentation is right', () => {
  const text = readFileSync(new URL('../../../../docs/alerts.md', import.meta.url), 'utf8');
  const part = (name: string): string =>
    new RegExp(`^\\| ${name} +\\| \`(.*)\` +\\|$`, 'm').exec(text)?.[1] ?? '';
  expect(part('body')).not.toBe('');
  expect(part('signature')).toBe(`v1=${hmacSha256(part('key'), `${part('timestamp')}.${part('body')}`)}`);
});

test('an outage of one cause over ten sources is one alert and one recovery at the receiver', async () => {
  const bench = new AlertBench();
  const { url, received } = await receiver();
  bench.set(
    Array.from({ length: 10 }, (_, index) =>
      incident('outage', ago(60_000 - index), {
        id: `inc-${index}`,
        scope: `host-${index}`,
        sources: [`s${index}`],
      }),
    ),
  );
  const alerts = bench.begin([hook(url)], { env });
  await until(() => received.length > 0);
  const looked = async (): Promise<void> => {
    const seen = alerts.looks();
    await until(() => alerts.looks() >= seen + 5);
  };
  await looked();
  bench.recoverAll();
  await until(() => received.length > 1);
  await looked();
  expect(received.map(idOf)).toEqual(['inc-0:opened', 'inc-0:recovered']);
  const message = JSON.parse(received[0]?.body ?? '') as { sources: string[] };
  expect(message.sources).toHaveLength(10);
});

test('a channel that refuses does not hold up another one, and gets everything in order later', async () => {
  const bench = new AlertBench();
  let status = 503;
  const refusing = await receiver(() => status);
  const fine = await receiver();
  bench.set([incident('gap', ago(60_000), { id: 'inc-1' })]);
  bench.begin([hook(refusing.url), hook(fine.url)], { env });
  await until(() => fine.received.length === 1);
  bench.recoverAll();
  await until(() => fine.received.length === 2);
  expect(refusing.received).toEqual([]);
  status = 200;
  await until(() => refusing.received.length === 2);
  expect(refusing.received.map(idOf)).toEqual(['inc-1:opened', 'inc-1:recovered']);
});

describe('a command', () => {
  test('is given the alert on its standard input and in its variables', async () => {
    const bench = new AlertBench();
    const file = join(bench.folder, 'told.json');
    const script =
      'const fs = require("fs"); const id = process.env.HOLDFAST_ALERT_ID;' +
      'fs.writeFileSync(process.argv[1], JSON.stringify({ id, told: JSON.parse(fs.readFileSync(0, "utf8")) }));';
    bench.set([
      incident('gap', ago(60_000), { id: 'inc-1', summary: '"; touch /nowhere; `id` $(id) \u001b[31m' }),
    ]);
    bench.begin([{ type: 'command', command: [process.execPath, '-e', script, file] }]);
    await until(() => existsSync(file) && readFileSync(file, 'utf8').endsWith('}'));
    const { id, told } = JSON.parse(readFileSync(file, 'utf8')) as {
      id: string;
      told: { incidents: { summary: string }[] };
    };
    expect(id).toBe('inc-1:opened');
    expect(told.incidents[0]?.summary).toBe('"; touch /nowhere; `id` $(id) [31m');
  });

  test.skipIf(process.platform === 'win32')(
    'that does not end is killed with everything it started',
    async () => {
      const file = join(testFolder(), 'pids');
      const run = programRunner(systemClock, process.platform);
      const words = ['sh', '-c', `sleep 300 & echo $! $$ > ${file}; wait`];
      await expect(
        run({ words, env: {}, stdin: '', timeoutMs: 1_000 }, new AbortController().signal),
      ).rejects.toMatchObject({ code: 'ERR_COMMAND_TIMEOUT' });
      const pids = readFileSync(file, 'utf8').trim().split(' ').map(Number);
      expect(pids).toHaveLength(2);
      for (const pid of pids) await until(async () => !(await isAlive(pid)));
    },
  );

  test('that fails says how', async () => {
    const run = programRunner(systemClock, process.platform);
    const never = new AbortController().signal;
    const program = (words: readonly string[]) =>
      run({ words, env: {}, stdin: 'x', timeoutMs: 20_000 }, never);
    await expect(
      program([process.execPath, '-e', 'console.error("no line"); process.exitCode = 7']),
    ).rejects.toThrow(/exit code 7: no line/);
    await expect(program(['/no/such/program'])).rejects.toMatchObject({ code: 'ERR_COMMAND' });
  });
});

describe('an e-mail', () => {
  const channel = (port: number, login: boolean): AlertChannel => ({
    type: 'email',
    to: ['you@example.org', 'me@example.org'],
    from: 'holdfast@example.org',
    smtp: `smtp://127.0.0.1:${port}`,
    userEnv: login ? 'SMTP_USER' : null,
    passwordEnv: login ? 'SMTP_PASSWORD' : null,
  });
  const gap = incident('gap', ago(60_000), { id: 'inc-1', scope: 'x\r\nBcc: everyone@example.org' });

  test('reaches a mail server, and nothing of an upstream becomes a header', async () => {
    const bench = new AlertBench();
    const server = await smtpServer(null);
    bench.set([gap]);
    bench.begin([channel(server.port, false)]);
    await until(() => server.mails.length > 0);
    const [mail = ''] = server.mails;
    const end = mail.indexOf('\r\n\r\n');
    const [head, body] = [mail.slice(0, end), mail.slice(end)];
    expect(head).toMatch(/^Subject: Holdfast: known to be missing/m);
    expect(head).toMatch(/^Holdfast-Id: inc-1:opened$/im);
    expect(head).toMatch(/^Message-ID: <[0-9a-f]{32}@holdfast\.invalid>$/m);
    expect(head).not.toMatch(/^Bcc:/m);
    expect(body).toContain('Since: ');
    expect(server.lines.filter(({ text }) => text.startsWith('RCPT')).map(({ text }) => text)).toEqual([
      'RCPT TO:<you@example.org>',
      'RCPT TO:<me@example.org>',
    ]);
  });

  test('with a login is not sent to a server without TLS, and the password stays here', async () => {
    const bench = new AlertBench();
    const server = await smtpServer(null);
    bench.set([gap]);
    bench.begin([channel(server.port, true)], { env });
    await until(() => server.lines.filter(({ text }) => text.startsWith('EHLO')).length > 1);
    expect(server.mails).toEqual([]);
    expect(server.lines.some(({ text }) => text.startsWith('AUTH'))).toBe(false);
  });

  test('with a login is sent over STARTTLS, to a server whose certificate is trusted only', async () => {
    const bench = new AlertBench();
    const [key, cert] = [join(bench.folder, 'key.pem'), join(bench.folder, 'cert.pem')];
    const words =
      'req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=mail.test';
    const files = ['-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', key, '-out', cert];
    execFileSync('openssl', [...words.split(' '), ...files], { stdio: 'ignore' });
    const server = await smtpServer({ key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') });
    bench.set([gap]);
    bench.begin([channel(server.port, true)], { env });
    await until(() => server.lines.filter(({ text }) => text === 'STARTTLS').length > 1);
    expect(server.lines.some(({ text }) => text.startsWith('AUTH'))).toBe(false);
    bench.begin([channel(server.port, true)], { env: { ...env, NODE_EXTRA_CA_CERTS: cert } });
    await until(() => server.mails.length > 0);
    const login = server.lines.filter(({ text }) => text.startsWith('AUTH'));
    expect(login).toEqual([
      { text: `AUTH PLAIN ${Buffer.from('\0someone\0hunter2').toString('base64')}`, secure: true },
    ]);
  });
});
