import { classify } from '@holdfast/resilience';
import { systemClock } from '@holdfast/resilience/clock';
import { expect } from 'vitest';
import { HoldfastError } from '../../model/error.ts';
import { httpTransport } from '../http-transport.ts';
import type { Answer, Exchange, Transport } from '../port.ts';
import { rawServer } from './raw-server.ts';

export const TEXT = 'a record that matters, '.repeat(500);
export const never = new AbortController().signal;

export function make(env: Record<string, string> = {}): Transport {
  return httpTransport({ clock: systemClock, userAgent: 'holdfast/test', env });
}

export function ask(url: string, options: Partial<Exchange> = {}): Exchange {
  return {
    url,
    headers: { accept: 'text/xml' },
    timeouts: { connect: 5_000, firstByte: 5_000, idle: 5_000 },
    maxBytes: 1_000_000,
    ...options,
  };
}

export async function failure(sent: Promise<Answer>): Promise<HoldfastError> {
  const error: unknown = await sent.then(
    () => new Error('it was answered'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(HoldfastError);
  return error as HoldfastError;
}

/** What one answer, played once per connection, is turned into. */
export async function outcome(
  bytes: string | Uint8Array,
  after: 'keep' | 'end' | 'reset' = 'keep',
  options: Partial<Exchange> = {},
): Promise<Answer | HoldfastError> {
  await using server = await rawServer((socket) => {
    socket.write(bytes, () => {
      if (after === 'end') socket.end();
      if (after === 'reset') setTimeout(() => socket.resetAndDestroy(), 20);
    });
  });
  const transport = make();
  try {
    return await transport.send(ask(server.url, options), never);
  } catch (error) {
    if (!(error instanceof HoldfastError)) throw error;
    // A second request never meets what the first one left behind.
    await transport.send(ask(server.url, options), never).catch(() => undefined);
    expect(server.connections()).toBe(server.requests.length);
    return error;
  } finally {
    expect(server.requests.length).toBeGreaterThan(0);
    await transport.close();
  }
}

export function textOf(answer: Answer | HoldfastError): string {
  if (answer instanceof HoldfastError) throw answer;
  return new TextDecoder().decode(answer.body);
}

export function expectFailure(
  got: Answer | HoldfastError,
  code: string,
  category = 'network',
): HoldfastError {
  expect(got).toBeInstanceOf(HoldfastError);
  const error = got as HoldfastError;
  expect({ code: error.code, category: classify(error).category }).toEqual({ code, category });
  expect(error.hint).not.toBe('');
  return error;
}
