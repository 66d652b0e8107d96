import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ensureControlFolder } from './control-folder.ts';
import { askedPaths, controlPath } from './control-path.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-control-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const place = { platform: 'linux', env: {}, tmp: '/tmp', uid: 7 } as const;

describe('the address of an engine', () => {
  it('is the same by every name of the data folder, also before the folder exists', () => {
    const before = controlPath({ ...place, dataDir: join(folder, 'data') });
    mkdirSync(join(folder, 'data'));
    symlinkSync(join(folder, 'data'), join(folder, 'link'));
    expect(controlPath({ ...place, dataDir: join(folder, 'data') })).toBe(before);
    expect(controlPath({ ...place, dataDir: join(folder, 'link') })).toBe(before);
    expect(before).toMatch(/^\/tmp\/holdfast-7\/[0-9a-f]{16}\.sock$/);
    expect(controlPath({ ...place, dataDir: join(folder, 'other') })).not.toBe(before);
  });

  it('lies in the runtime folder when there is one that is short enough', () => {
    expect(controlPath({ ...place, dataDir: folder, env: { XDG_RUNTIME_DIR: '/run/user/7' } })).toMatch(
      /^\/run\/user\/7\/holdfast\//,
    );
    expect(
      controlPath({ ...place, dataDir: folder, env: { XDG_RUNTIME_DIR: `/${'x'.repeat(90)}` } }),
    ).toMatch(/^\/tmp\/holdfast-7\//);
  });

  it('is a named pipe on Windows', () => {
    expect(controlPath({ ...place, dataDir: folder, platform: 'win32' })).toMatch(
      /^\\\\\.\\pipe\\holdfast-[0-9a-f]{16}$/,
    );
  });
});

describe('the addresses that are asked', () => {
  const uid = process.getuid?.() ?? 0;
  const name = (path: string): string => path.slice(folder.length + 1);
  const make = (path: string): string => {
    ensureControlFolder(join(folder, path, 'any.sock'), uid);
    return join(folder, path);
  };

  it('are those of a session, of a unit and of the machine, its own first', () => {
    const [session, unit, tmp] = [
      make('session/holdfast'),
      make(`unit/holdfast-${uid}`),
      make(`tmp/holdfast-${uid}`),
    ];
    const env = {
      XDG_RUNTIME_DIR: join(folder, 'session'),
      RUNTIME_DIRECTORY: `${join(folder, 'unit')}:/run/other`,
    };
    const here = { ...place, uid, dataDir: folder, env, tmp: join(folder, 'tmp') };
    const asked = askedPaths(here).filter((path) => path.startsWith(folder));
    expect(asked.map((path) => name(dirname(path)))).toEqual([session, unit, tmp].map(name));
    expect(asked[0]).toBe(controlPath(here));
    expect(askedPaths({ ...here, env: {} }).filter((path) => path.startsWith(folder))[0]).toBe(
      controlPath({ ...here, env: {} }),
    );
  });

  it('leave out folders that are not there, open to others, another user’s, or a link', () => {
    const asked = (dir: string, user = uid): readonly string[] =>
      askedPaths({
        ...place,
        uid: user,
        dataDir: folder,
        env: { XDG_RUNTIME_DIR: join(folder, dir) },
      }).filter((path) => path.startsWith(folder));
    expect(asked('s')).toEqual([]);
    make('s/holdfast');
    expect(asked('s')).toHaveLength(1);
    expect(asked('s', uid + 1)).toEqual([]);
    mkdirSync(join(folder, 'linked'));
    symlinkSync(join(folder, 's/holdfast'), join(folder, 'linked/holdfast'));
    expect(asked('linked')).toEqual([]);
    chmodSync(join(folder, 's/holdfast'), 0o755);
    expect(asked('s')).toEqual([]);
  });
});

describe('the folder of the socket', () => {
  const uid = process.getuid?.();

  it('is made for its owner alone', () => {
    ensureControlFolder(join(folder, 'run', 'a.sock'), uid);
    expect(statSync(join(folder, 'run')).mode & 0o777).toBe(0o700);
  });

  it('is refused when others may enter or another user owns it', () => {
    mkdirSync(join(folder, 'run'), { mode: 0o700 });
    expect(() => ensureControlFolder(join(folder, 'run', 'a.sock'), (uid ?? 0) + 1)).toThrow(/someone else/);
    chmodSync(join(folder, 'run'), 0o755);
    expect(() => ensureControlFolder(join(folder, 'run', 'a.sock'), uid)).toThrow(/someone else/);
  });
});
