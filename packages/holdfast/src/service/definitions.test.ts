import { describe, expect, it } from 'vitest';
import { envFile } from './env-file.ts';
import { launchdPlist } from './launchd-plist.ts';
import { systemdUnit } from './systemd-unit.ts';
import { taskXml, utf16 } from './task-xml.ts';
import { NASTY, PLAIN, WINDOWS } from './testing/example-spec.ts';

const output = '/home/ada/.local/state/holdfast/service.log';
const user = 'ada';

describe('the definitions are as they were looked at', () => {
  it.each([
    ['systemd-user.service', () => systemdUnit(PLAIN, { scope: 'user', user, version: 252 })],
    ['systemd-user-254.service', () => systemdUnit(PLAIN, { scope: 'user', user, version: 254 })],
    ['systemd-system.service', () => systemdUnit(PLAIN, { scope: 'system', user, version: 252 })],
    ['systemd-nasty.service', () => systemdUnit(NASTY, { scope: 'system', user: 'a%b', version: 252 })],
    ['launchd-agent.plist', () => launchdPlist(PLAIN, { output, user: null })],
    ['launchd-daemon.plist', () => launchdPlist(PLAIN, { output, user })],
    ['launchd-nasty.plist', () => launchdPlist(NASTY, { output: '/a b/<&>.log', user: null })],
    ['task-user.xml', () => taskXml(WINDOWS, { scope: 'user', user: 'PC\\Ada L', headless: true })],
    ['task-system.xml', () => taskXml(WINDOWS, { scope: 'system', user: 'PC\\Ada L', headless: true })],
    ['task-with-window.xml', () => taskXml(WINDOWS, { scope: 'user', user: 'PC\\Ada L', headless: false })],
  ])('%s', async (name, definition) => {
    await expect(definition().replaceAll('\r\n', '\n')).toMatchFileSnapshot(`golden/${name}`);
  });
});

describe('a definition refuses what it cannot hold', () => {
  const withArgument = (word: string) => ({ ...PLAIN, args: [word] });

  it.each(['a\nb', 'a\rb', 'a\u0000b', 'a\u001bb', 'a\u0085b', '\ud800', 'a\u2028b'])('%j', (word) => {
    const spec = withArgument(word);
    expect(() => systemdUnit(spec, { scope: 'user', user, version: 252 })).toThrow(/line end or another/);
    expect(() => launchdPlist(spec, { output, user: null })).toThrow(/line end or another/);
    expect(() => taskXml(spec, { scope: 'user', user, headless: true })).toThrow(/line end or another/);
    expect(() => envFile({ X: word })).toThrow(/line end or another/);
  });

  it.each(['%TEMP%\\x', 'a $(Arg0)'])('a task refuses %s, which Windows would replace', (word) => {
    expect(() => taskXml(withArgument(word), { scope: 'user', user, headless: true })).toThrow(
      /Task Scheduler would replace/,
    );
    expect(() =>
      taskXml({ ...WINDOWS, workingFolder: word }, { scope: 'user', user, headless: true }),
    ).toThrow(/would replace/);
  });

  it.each(['/a"b/node', "/it's/node", '/a\\b/node'])('a unit refuses the program %s', (node) => {
    expect(() => systemdUnit({ ...PLAIN, node }, { scope: 'user', user, version: 252 })).toThrow(
      /no program whose path/,
    );
  });

  it('a unit refuses a folder with white space at its end, which systemd would cut off', () => {
    expect(() =>
      systemdUnit({ ...PLAIN, workingFolder: '/home/a ' }, { scope: 'user', user, version: 252 }),
    ).toThrow(/white space/);
  });
});

it('keys that older versions of systemd do not know are written from 254 on', () => {
  const unit = (version: number) => systemdUnit(PLAIN, { scope: 'user', user, version });
  expect(unit(253)).not.toContain('RestartSteps');
  expect(unit(254)).toContain('RestartSteps=8\nRestartMaxDelaySec=300\n');
});

it('a task is UTF-16, little end first, with its mark', () => {
  const bytes = utf16('<a>ö</a>');
  expect([...bytes.subarray(0, 4)]).toEqual([0xff, 0xfe, 0x3c, 0x00]);
  expect(new TextDecoder('utf-16le').decode(bytes)).toBe('<a>ö</a>');
});
