import type { AlertChannel } from '../../../config/config.ts';
import type { AlertMessage } from '../message.ts';
import { fromEnv } from './from-env.ts';
import type { Tools } from './tools.ts';
import { deliveryHeaders } from './signature.ts';

const TIMEOUT_MS = 30_000;

/** POSTs the message as JSON, signed when the channel names a key. */
export async function sendWebhook(
  { url, secretEnv }: Extract<AlertChannel, { type: 'webhook' }>,
  message: AlertMessage,
  { call, clock, env, version }: Tools,
  signal: AbortSignal,
): Promise<void> {
  const body = JSON.stringify(message);
  const headers = {
    'content-type': 'application/json; charset=utf-8',
    'user-agent': `holdfast/${version}`,
    ...deliveryHeaders(headerSafe(message.id), body, fromEnv(secretEnv, env), clock.now()),
  };
  await call({ method: 'POST', url, headers, body, timeoutMs: TIMEOUT_MS }, signal);
}

/** Ids come from scopes, which an upstream's name may be part of; a header takes visible ASCII only. */
function headerSafe(id: string): string {
  return id.replace(/[^\x21-\x7e]/g, (character) => encodeURIComponent(character.toWellFormed()));
}
