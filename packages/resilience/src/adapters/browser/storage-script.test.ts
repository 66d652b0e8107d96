import { runInNewContext, Script } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { captureScript, restoreScript, sessionStorageScript } from './storage-script.ts';
import type { OriginState } from './browser-snapshot.ts';

/** A tab as far as the script needs one. */
function tab(origin: string, kept: Map<string, string>): Record<string, unknown> {
  const window: Record<string, unknown> = {};
  window['top'] = window;
  const sessionStorage = {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
  };
  return { window, sessionStorage, location: { origin } };
}

const state = (origin: string, sessionStorage: Record<string, string>): OriginState => ({
  origin,
  localStorage: {},
  sessionStorage,
});

describe('the script that fills sessionStorage', () => {
  const hostile = Object.fromEntries([
    ['__proto__', 'a'],
    ['</script>"\\', "'`${1}\u2028"],
  ]);
  const script =
    sessionStorageScript([state('https://a', hostile), state('https://b', { other: '1' })]) ?? '';

  it('is none when there is nothing to fill in', () => {
    expect(sessionStorageScript([state('https://a', {})])).toBeUndefined();
  });

  it('fills in what belongs to the origin, byte for byte, once in the life of a tab', () => {
    const kept = new Map<string, string>();
    runInNewContext(script, tab('https://a', kept));
    expect([...kept].filter(([key]) => !key.startsWith('holdfast.'))).toEqual(Object.entries(hostile));
    kept.delete('__proto__');
    runInNewContext(script, tab('https://a', kept));
    expect(kept.has('__proto__')).toBe(false);
  });

  it('leaves other origins and frames alone', () => {
    const kept = new Map<string, string>();
    runInNewContext(script, tab('https://c', kept));
    runInNewContext(script, { ...tab('https://a', kept), window: { top: {} } });
    expect(kept.size).toBe(0);
  });
});

describe('the scripts that read and write storage', () => {
  it.each([
    captureScript({ indexedDB: true }),
    captureScript({ indexedDB: false }),
    restoreScript(state('https://a', {})),
  ])('are expressions (%#)', (script) => {
    expect(() => new Script(`(${script})`)).not.toThrow();
  });
});
