import { describe, expect, it } from 'vitest';
import { throttleNotice } from './throttle-bodies.ts';

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

describe('a body that says "too many requests"', () => {
  it.each([
    'Rate exceeded.',
    'Rate exceeded.\n',
    ' rate exceeded',
    'Too Many Requests',
    'error code: 1015',
    'Rate limit exceeded, retry later',
    '<!DOCTYPE html><html><head><title>Access denied | error 1015</title></head></html>',
  ])('is recognised: %s', (text) => {
    expect(throttleNotice(bytes(text))).not.toBeNull();
  });

  it.each([
    '',
    'Rate exceeded. In this paper we show',
    '{"title":"Rate exceeded."}',
    '<?xml version="1.0"?><title>too many requests</title>',
    '<html><title>Maintenance</title></html>',
    `Rate exceeded.${' '.repeat(5000)}`,
  ])('is not seen in %j', (text) => {
    expect(throttleNotice(bytes(text))).toBeNull();
  });
});
