import { VirtualClock } from '@holdfast/resilience/clock';
import { describe, expect, it } from 'vitest';
import type { AlertMessage } from '../message.ts';
import { testMessage } from '../compose.ts';
import type { HttpCall } from '../../http-call.ts';
import { desktopCommand } from './desktop.ts';
import { mailOf } from './email.ts';
import type { Mail } from './mail.ts';
import type { Program } from './run-program.ts';
import { alertSender } from './sender.ts';
import { signatureOf } from './signature.ts';
import type { Tools } from './tools.ts';

const never = new AbortController().signal;

/** Channels whose tools only write down what they are given. */
function recorder(env: Record<string, string> = {}): {
  calls: HttpCall[];
  programs: Program[];
  mails: Mail[];
  send: ReturnType<typeof alertSender>;
} {
  const [calls, programs, mails]: [HttpCall[], Program[], Mail[]] = [[], [], []];
  const tools: Tools = {
    clock: new VirtualClock(),
    env,
    platform: 'linux',
    version: '1.2.3',
    call: (call) => Promise.resolve(void calls.push(call)),
    run: (program) => Promise.resolve(void programs.push(program)),
    mail: (mail) => Promise.resolve(void mails.push(mail)),
  };
  return { calls, programs, mails, send: alertSender(tools) };
}

const nasty: AlertMessage = {
  ...testMessage('é x:opened', 0, null),
  title: 'Holdfast: $(reboot) "; -- \' <b>',
  incidents: [
    {
      id: '1',
      scope: 's',
      sources: [],
      startedAt: '',
      summary: '"; display dialog "x" <script> & $(reboot)',
    },
  ],
};

describe('a webhook', () => {
  it('is a POST of the message with its id, the time and a signature', async () => {
    const { calls, send } = recorder({ KEY: 'secret' });
    const message = testMessage('inc-1:opened', 0, null);
    await send({ type: 'webhook', url: 'https://example.org/h', secretEnv: 'KEY' }, message, never);
    const [call] = calls;
    expect(call).toMatchObject({ method: 'POST', url: 'https://example.org/h' });
    expect(JSON.parse(call?.body ?? '')).toEqual(message);
    expect(call?.headers).toMatchObject({
      'holdfast-id': 'inc-1:opened',
      'holdfast-timestamp': '1767225600',
      'holdfast-signature': signatureOf('1767225600', call?.body ?? '', 'secret'),
    });
  });

  it('without a key is unsigned, and its id fits into a header whatever it holds', async () => {
    const { calls, send } = recorder();
    await send({ type: 'webhook', url: 'https://example.org/h', secretEnv: null }, nasty, never);
    expect(calls[0]?.headers['holdfast-signature']).toBeUndefined();
    expect(calls[0]?.headers['holdfast-id']).toBe('%C3%A9%20x:opened');
  });

  it('whose key is not there is not sent unsigned', async () => {
    const { calls, send } = recorder();
    const channel = { type: 'webhook', url: 'https://example.org/h', secretEnv: 'KEY' } as const;
    await expect(send(channel, nasty, never)).rejects.toMatchObject({ code: 'ERR_ALERT_SECRET' });
    expect(calls).toEqual([]);
  });

  it('is signed as the test vector in the documentation says', () =>
    expect(signatureOf('1767225600', '{"id":"example:opened"}', 'correct horse battery staple')).toBe(
      'v1=7c411fe2d1107aa4f559aaecb593046ea42513e40bad6deb98fe5190066e24db',
    ));
});

describe('a command', () => {
  it('is started as it is configured; the message is never part of its words', async () => {
    const { programs, send } = recorder();
    await send({ type: 'command', command: ['/bin/tell', '--now'] }, nasty, never);
    expect(programs[0]?.words).toEqual(['/bin/tell', '--now']);
    expect(JSON.parse(programs[0]?.stdin ?? '')).toEqual(nasty);
    expect(programs[0]?.env).toMatchObject({
      HOLDFAST_ALERT_ID: 'é x:opened',
      HOLDFAST_ALERT_EVENT: 'test',
      HOLDFAST_ALERT_TITLE: nasty.title,
    });
  });
});

describe('a desktop notification', () => {
  it('on Linux is notify-send, with the text behind -- and without markup', () => {
    const words = desktopCommand(nasty, 'linux');
    expect(words.slice(0, 4)).toEqual(['notify-send', '--app-name=Holdfast', '--urgency=normal', '--']);
    expect(words[4]).toBe(nasty.title);
    expect(words[5]).toContain('&lt;script&gt; &amp;');
  });

  it.each(['darwin', 'win32'] as const)(
    'on %s is a constant script: nothing of the text is part of it',
    (platform) => {
      const script = (message: AlertMessage): readonly string[] =>
        desktopCommand(message, platform).slice(0, platform === 'darwin' ? 7 : undefined);
      expect(script(nasty)).toEqual(script(testMessage('x', 0, null)));
      expect(script(nasty).join(' ')).not.toContain('reboot');
    },
  );
});

describe('an e-mail', () => {
  const channel = {
    type: 'email',
    to: ['you@example.org'],
    from: 'holdfast@example.org',
    smtp: 'smtp://mail.example.org',
    userEnv: 'USER_NAME',
    passwordEnv: 'PASSWORD',
  } as const;

  it('has the same Message-ID at every repeat, and one-line headers', () => {
    const env = { USER_NAME: 'u', PASSWORD: 'p' };
    const hostile = {
      ...nasty,
      id: 'a\r\nBcc: x@example.org:opened',
      title: 'T\r\nBcc: x@example.org',
      at: 'x',
    };
    const mail = mailOf(channel, hostile, env);
    expect(mail).toMatchObject({ host: 'mail.example.org', port: 587, secure: false });
    expect(mail.login).toEqual({ user: 'u', password: 'p' });
    expect(mail.subject).toBe('T Bcc: x@example.org');
    expect(Object.values(mail.headers).join('')).not.toMatch(/[\r\n]/);
    expect(mailOf(channel, { ...hostile, at: 'y' }, env).messageId).toBe(mail.messageId);
    expect(mailOf(channel, nasty, env).messageId).not.toBe(mail.messageId);
  });

  it('is not sent without the login that was configured', () =>
    expect(() => mailOf(channel, nasty, {})).toThrow(
      expect.objectContaining({ code: 'ERR_ALERT_SECRET' }) as Error,
    ));
});
