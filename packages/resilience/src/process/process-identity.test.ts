import { describe, expect, it } from 'vitest';
import { identify, isAlive, type ProcessWorld, systemProcesses } from './process-identity.ts';

const never = (): string => {
  throw new Error('not asked here');
};

/** A Linux with one process 7 whose name is as odd as names may be. */
function linux(startedAt: number, state = 'S', bootId = 'b1'): ProcessWorld {
  const files: Readonly<Record<string, string>> = {
    '/proc/7/stat': `7 (a) b) S 1) ${state} ${'0 '.repeat(18)}${startedAt} 0 0\n`,
    '/proc/sys/kernel/random/boot_id': `${bootId}\n`,
  };
  return {
    platform: 'linux',
    exec: never,
    readFile: (path) => {
      const text = files[path];
      if (text === undefined) throw new Error('ENOENT');
      return text;
    },
  };
}

const asked: (readonly string[])[] = [];
const programs = (platform: NodeJS.Platform, answer: string): ProcessWorld => ({
  platform,
  readFile: never,
  exec: (program, args) => {
    asked.push([program, ...args]);
    return answer;
  },
});

describe('the identity of a process', () => {
  it('on Linux is its number, its start in ticks and the boot', () => {
    expect(identify(7, linux(4_711))).toEqual({ pid: 7, startedAt: '4711', bootId: 'b1' });
  });

  it('is that of nobody when there is none, or only one that waits to be buried', () => {
    expect(identify(8, linux(4_711))).toBeNull();
    expect(identify(7, linux(4_711, 'Z'))).toBeNull();
  });

  it.each([
    ['the number was given to another process since', linux(4_712)],
    ['the machine was started anew since', linux(4_711, 'S', 'b2')],
    ['the process has ended', linux(4_711, 'Z')],
  ])('does not hold any more when %s', (_, now) => {
    const identity = identify(7, linux(4_711));
    if (identity === null) throw new Error('there must be one');
    expect(isAlive(identity, linux(4_711))).toBe(true);
    expect(isAlive(identity, now)).toBe(false);
  });

  it('is asked of a program elsewhere', () => {
    expect(identify(7, programs('darwin', 'Sun Nov 22 05:00:00 2026\n'))).toMatchObject({
      startedAt: 'Sun Nov 22 05:00:00 2026',
    });
    expect(identify(7, programs('win32', '134083872000000000\r\n'))).toMatchObject({
      startedAt: '134083872000000000',
    });
    expect(identify(7, programs('darwin', '\n'))).toBeNull();
    expect(asked.map((words) => words.join(' '))).toEqual([
      'ps -o lstart= -p 7',
      expect.stringMatching(/^powershell\.exe .*ProcessId=7.*CreationDate/),
      'ps -o lstart= -p 7',
    ]);
  });

  it.skipIf(process.platform === 'win32')('of this very process is alive', () => {
    const own = identify(process.pid, systemProcesses);
    expect(own).not.toBeNull();
    expect(own && isAlive(own)).toBe(true);
  });
});
