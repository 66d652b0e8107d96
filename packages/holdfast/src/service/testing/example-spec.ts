import { SUPERVISOR_NODE_OPTIONS } from '../../model/supervisor-program.ts';
import type { ServiceSpec } from '../service-spec.ts';

/** A service as it is usually installed. */
export const PLAIN: ServiceSpec = {
  node: '/usr/bin/node',
  nodeOptions: [...SUPERVISOR_NODE_OPTIONS, '--env-file-if-exists=/home/ada/.config/holdfast/service.env'],
  script: '/usr/lib/node_modules/holdfast/dist/daemon/supervise.cjs',
  args: ['--config', '/home/ada/.config/holdfast/holdfast.config.json'],
  env: { HOLDFAST_MANAGER: 'systemd', PATH: '/usr/local/bin:/usr/bin:/bin' },
  workingFolder: '/home/ada',
};

/** Everything that means something to one of the three kinds of definition. */
export const NASTY_WORDS = [
  'a b',
  "it's",
  'say "x"',
  '100%h',
  '$HOME ${HOME} $$',
  'a&b<c>d',
  ']]>',
  'back\\slash\\',
  'tab?*~#;',
  'größe-日本-😀',
  '=-@+!:',
] as const;

/** The same service in folders with such names. */
export const NASTY: ServiceSpec = {
  node: '/opt/a b/100%/$NODE/&<größe>/node',
  nodeOptions: [],
  script: "/opt/it's/a&b<c>/back\\slash/größe-日本/supervise.cjs",
  args: ['--config', ...NASTY_WORDS],
  env: Object.fromEntries(NASTY_WORDS.map((word, at) => [`WORD_${at}`, word])),
  workingFolder: '/home/a b/100%/$x & <y>/größe',
};

/** A service on Windows. */
export const WINDOWS: ServiceSpec = {
  node: 'C:\\Program Files\\nodejs\\node.exe',
  nodeOptions: [
    ...SUPERVISOR_NODE_OPTIONS,
    '--env-file-if-exists=C:\\Users\\Ada L\\AppData\\Roaming\\holdfast\\service.env',
  ],
  script: 'C:\\Users\\Ada L\\AppData\\Roaming\\npm\\node_modules\\holdfast\\dist\\daemon\\supervise.cjs',
  args: ['--config', 'C:\\Daten & <mehr>\\größe\\holdfast.config.json'],
  env: { HOLDFAST_MANAGER: 'task-scheduler' },
  workingFolder: 'C:\\Users\\Ada L',
};
