import type { Check } from '../world.ts';
import { broken, doubtful, fine, skipped } from '../finding.ts';
import { newEnough } from '../../../service/node-path.ts';

/** The Node that runs now. */
export const node: Check = ({ node: { version, needed, path } }) => [
  newEnough(version, needed)
    ? fine('node', `Node ${version} (${path}).`)
    : broken('node', `Node ${version} is too old: ${needed} is needed.`, 'install a newer Node'),
];

/** The service of the operating system: what it starts, and whether it comes back. */
export const service: Check = async ({ service: standingOf, io: { platform } }) => {
  const standing = await standingOf();
  if (standing === null) return [skipped('service', `There is nothing that starts services on ${platform}.`)];
  if (!standing.installed)
    return [
      fine(
        'service',
        'No service is installed: it runs when you start it (holdfast service install adds one).',
      ),
    ];
  const repair = 'holdfast service install';
  const unverified =
    platform === 'linux' ? '' : ' Made for this system and checked, but not yet run on it by the project.';
  return [
    ...standing.problems.map((problem) => broken('service', problem, repair)),
    ...(standing.enabled
      ? []
      : [doubtful('service', `The service (${standing.manager}) is installed but not enabled.`, repair)]),
    ...(standing.running
      ? []
      : [doubtful('service', 'The service is installed but does not run.', 'holdfast service status')]),
    ...(standing.problems.length === 0 && standing.enabled && standing.running
      ? [
          fine(
            'service',
            `The service (${standing.manager}, ${standing.scope}) is enabled and runs.${unverified}`,
          ),
        ]
      : []),
  ];
};

/** Ubuntu 24.04's systemd may kill a lingering user's manager at the last logout (systemd #43361). */
export const userManager: Check = async ({ run, service: standingOf, io: { platform } }) => {
  if (platform !== 'linux') return [];
  const standing = await standingOf();
  if (standing === null || !standing.installed || standing.scope !== 'user') return [];
  const { code, out } = await run(['systemctl', '--version']);
  const version = /systemd \d+ \(?(\d+)\.?(\d*)/.exec(out);
  const [major, minor] = [Number(version?.[1] ?? 0), Number(version?.[2] ?? 0)];
  const affected = code === 0 && ((major === 255 && minor >= 4) || (major === 256 && minor < 3));
  if (!affected) return [];
  return [
    doubtful(
      'user-manager',
      `systemd ${major}.${minor} may end your services when you log out, lingering or not.`,
      'holdfast service uninstall && sudo holdfast service install --system',
    ),
  ];
};
