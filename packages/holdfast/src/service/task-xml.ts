import { windowsArgument, xmlText } from './escape.ts';
import type { Scope } from './names.ts';
import type { ServiceSpec } from './service-spec.ts';
import { commandOf } from './service-spec.ts';

/** What decides a scheduled task besides its command. */
export interface TaskOptions {
  readonly scope: Scope;
  /** `DOMAIN\name` of the user it runs as. */
  readonly user: string;
  /** Whether this Windows can run a console program without a window (`conhost --headless`, since build 17763). */
  readonly headless: boolean;
}

/**
 * The definition of a scheduled task (schema `2004/02/mit/task`, defaults in MS-TSCH 2.5.4). Most defaults would end
 * an unattended program: on battery, when unplugged, after 72 h. What brings it back is the repetition every five
 * minutes, which does nothing while an instance runs. A system task starts with the machine, as the user, without
 * a password (S4U: no network shares).
 */
export function taskXml(spec: ServiceSpec, { scope, user, headless }: TaskOptions): string {
  const words = headless ? ['conhost.exe', '--headless', ...commandOf(spec)] : commandOf(spec);
  const [command = '', ...args] = words;
  const trigger = scope === 'system' ? 'BootTrigger' : 'LogonTrigger';
  return [
    '<?xml version="1.0" encoding="UTF-16"?>',
    '<!-- Written by `holdfast service install`; `holdfast service uninstall` removes it. -->',
    '<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">',
    '  <RegistrationInfo>',
    '    <Description>Holdfast, harvests research-paper metadata</Description>',
    '  </RegistrationInfo>',
    '  <Triggers>',
    `    <${trigger}>`,
    '      <Repetition>',
    '        <Interval>PT5M</Interval>',
    '      </Repetition>',
    ...(scope === 'system' ? [] : [`      <UserId>${xmlText(user)}</UserId>`]),
    `    </${trigger}>`,
    '  </Triggers>',
    '  <Principals>',
    '    <Principal id="Author">',
    `      <UserId>${xmlText(user)}</UserId>`,
    `      <LogonType>${scope === 'system' ? 'S4U' : 'InteractiveToken'}</LogonType>`,
    '      <RunLevel>LeastPrivilege</RunLevel>',
    '    </Principal>',
    '  </Principals>',
    ...SETTINGS,
    '  <Actions Context="Author">',
    '    <Exec>',
    `      <Command>${xmlText(programPath(command))}</Command>`,
    `      <Arguments>${xmlText(args.map(windowsArgument).join(' '))}</Arguments>`,
    `      <WorkingDirectory>${xmlText(programPath(spec.workingFolder))}</WorkingDirectory>`,
    '    </Exec>',
    '  </Actions>',
    '</Task>',
    '',
  ].join('\r\n');
}

const SETTINGS: readonly string[] = [
  '  <Settings>',
  '    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>',
  '    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>',
  '    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>',
  '    <StartWhenAvailable>true</StartWhenAvailable>',
  '    <ExecutionTimeLimit>PT0S</ExecutionTimeLimit>',
  '    <Priority>5</Priority>',
  '    <RestartOnFailure>',
  '      <Interval>PT1M</Interval>',
  '      <Count>255</Count>',
  '    </RestartOnFailure>',
  '  </Settings>',
];

/** A path that is not part of a command line: not quoted, but also subject to the replacing of `%NAME%`. */
function programPath(path: string): string {
  windowsArgument(path);
  return path;
}

/** UTF-16, little end first, with its mark: what the header of the definition promises. */
export function utf16(text: string): Uint8Array {
  return Buffer.from(`\uFEFF${text}`, 'utf16le');
}
