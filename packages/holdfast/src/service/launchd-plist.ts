import { xmlText } from './escape.ts';
import { LABEL } from './names.ts';
import type { ServiceSpec } from './service-spec.ts';
import { commandOf } from './service-spec.ts';

/** What a launchd job has besides its command. */
export interface PlistOptions {
  /** Receives what is printed before the supervisor has its own log; launchd never rotates it. */
  readonly output: string;
  /** The user a daemon runs as; null for an agent, which is its user's already. */
  readonly user: string | null;
}

type Value = string | number | boolean | readonly string[] | Readonly<Record<string, string>>;

/**
 * The property list of a launchd agent or daemon (launchd.plist(5)). launchd has neither a limit of restarts nor a
 * growing delay: both are the supervisor's. Its default of 20 s before SIGKILL is shorter than our grace.
 */
export function launchdPlist(spec: ServiceSpec, { output, user }: PlistOptions): string {
  const job: Readonly<Record<string, Value>> = {
    Label: LABEL,
    ...(user === null ? {} : { UserName: user }),
    ProgramArguments: commandOf(spec),
    WorkingDirectory: spec.workingFolder,
    EnvironmentVariables: spec.env,
    RunAtLoad: true,
    KeepAlive: true,
    ThrottleInterval: 30,
    ExitTimeOut: 45,
    ProcessType: 'Standard',
    StandardOutPath: output,
    StandardErrorPath: output,
  };
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">',
    '<!-- Written by `holdfast service install`; `holdfast service uninstall` removes it. -->',
    '<plist version="1.0">',
    ...dictionary(job, ''),
    '</plist>',
    '',
  ].join('\n');
}

function dictionary(entries: Readonly<Record<string, Value>>, indent: string): string[] {
  const inner = `${indent}  `;
  return [
    `${indent}<dict>`,
    ...Object.entries(entries).flatMap(([key, value]) => [
      `${inner}<key>${xmlText(key)}</key>`,
      ...element(value, inner),
    ]),
    `${indent}</dict>`,
  ];
}

function element(value: Value, indent: string): string[] {
  if (typeof value === 'string') return [`${indent}<string>${xmlText(value)}</string>`];
  if (typeof value === 'number') return [`${indent}<integer>${value}</integer>`];
  if (typeof value === 'boolean') return [`${indent}<${value}/>`];
  if (isList(value)) {
    return [
      `${indent}<array>`,
      ...value.flatMap((each) => element(each, `${indent}  `)),
      `${indent}</array>`,
    ];
  }
  return dictionary(value, indent);
}

function isList(value: Value): value is readonly string[] {
  return Array.isArray(value);
}
