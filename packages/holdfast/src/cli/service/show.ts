import type { InstallPlan, ServiceStanding, UninstallPlan } from '../../service/index.ts';
import { shownSteps } from '../../service/index.ts';
import { plain } from '../terminal/escape.ts';

/** What an installation will do: the files with their content, then the commands. */
export function shownInstall({ copy, files, steps, warnings }: InstallPlan): string {
  const parts = [
    ...(copy === null
      ? []
      : [
          `Copies the program${copy.node === null ? '' : ' and its Node'}, so that this folder may change or go:\n  ${plain(copy.folder)}`,
        ]),
    ...files.map(({ path, content }) => `Writes ${plain(path)}:\n${indented(textOf(content))}`),
    `Runs:\n${indented(shownSteps(steps).join('\n'))}`,
    ...warnings.map((warning) => `Note: ${plain(warning)}`),
  ];
  return parts.join('\n\n');
}

/** What a removal will do. */
export function shownUninstall({ before, paths, after, warnings, dataDir }: UninstallPlan): string {
  const parts = [
    `Runs:\n${indented(shownSteps(before).join('\n'))}`,
    `Removes:\n${indented(paths.join('\n'))}`,
    ...(after.length === 0 ? [] : [`Runs:\n${indented(shownSteps(after).join('\n'))}`]),
    ...warnings.map((warning) => `Note: ${plain(warning)}`),
    `The data stay in ${plain(dataDir)}.`,
  ];
  return parts.join('\n\n');
}

/** The plan of an installation as plain data. */
export function installAsData({ copy, files, steps, warnings, record }: InstallPlan): object {
  return {
    manager: record.manager,
    scope: record.scope,
    files: files.map(({ path, content }) => ({ path, content: textOf(content) })),
    copy: copy?.folder ?? null,
    node: record.node,
    script: record.script,
    linger: record.linger,
    commands: shownSteps(steps),
    warnings,
  };
}

/** The plan of a removal as plain data. */
export function uninstallAsData({ manager, before, paths, after, warnings, dataDir }: UninstallPlan): object {
  return {
    manager: manager.kind,
    removes: paths,
    commands: [...shownSteps(before), ...shownSteps(after)],
    dataDir,
    warnings,
  };
}

/** How the service stands, for people. */
export function shownStanding(standing: ServiceStanding): string {
  const { manager, scope, file, node, pid } = standing;
  if (!standing.installed)
    return `No service is installed (${manager}, ${scope}: ${plain(file)}).\nInstall one: holdfast service install`;
  const rows: (readonly [string, string])[] = [
    ['service', `${manager}, ${scope}`],
    ['running', standing.running ? `yes${pid === null ? '' : `, pid ${pid}`}` : 'no'],
    ['enabled', yesNo(standing.enabled)],
    ...(standing.lingering === null ? [] : [['lingering', yesNo(standing.lingering)] as const]),
    ['definition', plain(file)],
    [
      'node',
      node === null ? 'not recorded' : `${plain(node.path)} ${node.version ?? '(cannot tell its version)'}`,
    ],
    ['program', standing.version ?? 'not recorded'],
    ['config', plain(standing.config ?? 'none: the defaults')],
    ['data', plain(standing.dataDir)],
  ];
  const lines = rows.map(([name, value]) => `${name.padEnd(11)} ${value}`);
  return [...lines, ...standing.problems.map((problem) => `! ${plain(problem)}`)].join('\n');
}

function yesNo(value: boolean): string {
  return value ? 'yes' : 'no';
}

function indented(text: string): string {
  return text
    .trimEnd()
    .split(/\r?\n/)
    .map((line) => (line === '' ? '' : `  ${line}`))
    .join('\n');
}

/** The text of a file as a person reads it. */
function textOf(content: string | Uint8Array): string {
  return typeof content === 'string'
    ? content
    : Buffer.from(content)
        .toString('utf16le')
        .replace(/^\uFEFF/, '');
}
