import type { Check } from '../world.ts';
import { broken, doubtful, fine } from '../finding.ts';

/** The store: whether it is whole as a file, and of this version. */
export const store: Check = async ({ quickCheck, status: { report } }) => {
  const found = await quickCheck();
  switch (found.state) {
    case 'absent':
      return [fine('store', 'There is no store yet: the first run makes it.')];
    case 'unreadable':
      return [broken('store', found.message, found.hint)];
    case 'too-large':
      return [
        fine(
          'store',
          `Schema ${report.store.schemaVersion}; too large to be read here: holdfast verify reads all of it.`,
        ),
      ];
    case 'checked':
      return found.problems.length === 0
        ? [
            fine(
              'store',
              `The file is sound; schema ${report.store.schemaVersion}, ${report.store.records} records.`,
            ),
          ]
        : [
            broken(
              'store',
              `The file is damaged: ${found.problems.slice(0, 3).join('; ')}.`,
              'holdfast verify tells what; restore a copy of the data folder, or harvest into a new one',
            ),
          ];
  }
};

/** What the store is known to lack. */
export const completeness: Check = ({ status: { report } }) => {
  const { quarantined, gapsOpen } = report.store;
  return [
    ...(gapsOpen > 0
      ? [doubtful('gaps', `${gapsOpen} gaps are open; they repair themselves.`, 'holdfast gaps')]
      : []),
    ...(quarantined > 0
      ? [doubtful('quarantine', `${quarantined} records could not be parsed.`, 'holdfast quarantine')]
      : []),
  ];
};

/** The log files. */
export const logs: Check = ({ config, logBytes, trimLogs }) => {
  const bytes = logBytes();
  const { maxTotal } = config.logs;
  const megabytes = (value: number): string => `${(value / 1e6).toFixed(1)} MB`;
  // The file that is written to comes on top of the closed ones.
  if (bytes <= maxTotal + config.logs.maxSize) return [fine('logs', `Log files: ${megabytes(bytes)}.`)];
  return [
    {
      ...doubtful(
        'logs',
        `Log files take ${megabytes(bytes)}, more than the ${megabytes(maxTotal)} of logs.maxTotal.`,
        'holdfast doctor --fix',
      ),
      fix: { done: 'removed the oldest log files', apply: trimLogs },
    },
  ];
};
