import type { AlertChannel } from '../../../config/config.ts';
import type { AlertMessage } from '../message.ts';
import type { Tools } from './tools.ts';

const TIMEOUT_MS = 30_000;

/** Runs the command with the message as JSON on its standard input and its main parts in variables. */
export function sendCommand(
  { command }: Extract<AlertChannel, { type: 'command' }>,
  message: AlertMessage,
  { run }: Tools,
  signal: AbortSignal,
): Promise<void> {
  const stdin = `${JSON.stringify(message)}\n`;
  return run({ words: command, env: alertVariables(message), stdin, timeoutMs: TIMEOUT_MS }, signal);
}

/** A message as environment variables. */
export function alertVariables(message: AlertMessage): Readonly<Record<string, string>> {
  return {
    HOLDFAST_ALERT_ID: message.id,
    HOLDFAST_ALERT_EVENT: message.event,
    HOLDFAST_ALERT_CAUSE: message.cause,
    HOLDFAST_ALERT_TITLE: message.title,
    HOLDFAST_ALERT_TEXT: message.text,
    HOLDFAST_ALERT_SINCE: message.since,
    HOLDFAST_ALERT_RECOVERED: message.recoveredAt ?? '',
    HOLDFAST_ALERT_SOURCES: message.sources.join(','),
    HOLDFAST_ALERT_URL: message.url ?? '',
  };
}
