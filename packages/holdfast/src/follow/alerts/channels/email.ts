import { createHash } from 'node:crypto';
import type { AlertChannel } from '../../../config/config.ts';
import type { AlertMessage } from '../message.ts';
import { fromEnv } from './from-env.ts';
import type { Mail } from './mail.ts';
import type { Tools } from './tools.ts';

/** Mails the message; its Message-ID is the same at every repeat. */
export async function sendEmail(
  channel: Extract<AlertChannel, { type: 'email' }>,
  message: AlertMessage,
  { mail, env }: Tools,
): Promise<void> {
  await mail(mailOf(channel, message, env));
}

/** The mail of a message. @throws HoldfastError `ERR_ALERT_SECRET` when a variable for the login is not set. */
export function mailOf(
  channel: Extract<AlertChannel, { type: 'email' }>,
  message: AlertMessage,
  env: Readonly<Record<string, string | undefined>>,
): Mail {
  const server = new URL(channel.smtp);
  const secure = server.protocol === 'smtps:';
  const user = fromEnv(channel.userEnv, env);
  const password = fromEnv(channel.passwordEnv, env);
  const unique = createHash('sha256').update(message.id).digest('hex').slice(0, 32);
  return {
    host: server.hostname.replace(/^\[|\]$/g, ''),
    port: server.port === '' ? (secure ? 465 : 587) : Number(server.port),
    secure,
    login: user === null ? null : { user, password: password ?? '' },
    from: channel.from,
    to: channel.to,
    subject: oneLine(message.title),
    text: message.text,
    messageId: `<${unique}@holdfast.invalid>`,
    headers: { 'Holdfast-Id': oneLine(message.id), 'Auto-Submitted': 'auto-generated' },
  };
}

/** A header is one line: nothing of an upstream's can begin another one. */
function oneLine(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/gu, ' ').slice(0, 250);
}
