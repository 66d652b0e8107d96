import type { Fault, Layer } from '../fault.ts';

/** Rows that may stay uncovered where everything is demanded (HOLDFAST_REQUIRE_ALL=1), and why. `*` stands for any text. */
export const MAY_STAY_UNCOVERED: readonly (readonly [pattern: string, why: string])[] = [
  ['real suspend', 'a machine under test cannot be put to sleep by the test that it runs'],
  ['disk pulled out', 'takes a hand'],
  ['power plug pulled', 'takes a hand; the ext4 power cuts stand for it as far as the file system goes'],
  ['packet loss by netem', 'the kernel of a container host has no sch_netem; loss comes from the proxy'],
  ['launchd restarts it', 'macOS only'],
  ['Windows service restarts it', 'Windows only'],
  ['antivirus holds a file', 'Windows only'],
];

/** Whether the committed list lets this row stay uncovered. */
export function mayStayUncovered(name: string): boolean {
  return MAY_STAY_UNCOVERED.some(([pattern]) => fits(pattern, name));
}

function fits(pattern: string, name: string): boolean {
  const source = pattern.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${source.join('.*')}$`).test(name);
}

function absent(name: string, layer: Layer, needs: string, about: string, holds: string): Fault {
  return {
    name,
    layer,
    about,
    holds,
    quick: false,
    missing: () => needs,
    play: () => Promise.reject(new Error(`needs ${needs}`)),
  };
}

/** Faults of the real world that no machine can do to itself: named in every full report, so that nobody takes them as proved. */
export const beyondTheMachine: readonly Fault[] = [
  absent(
    'real suspend',
    'machine',
    'a machine that is really put to sleep and woken',
    'The machine sleeps for an hour, by its firmware, and wakes.',
    'Everything is asked again at once after the wake, and nothing is lost; a stopped process stands for it above.',
  ),
  absent(
    'disk pulled out',
    'storage',
    'a disk that a hand pulls out and puts back',
    'The disk under the store goes away while commits are on their way, and comes back.',
    'Commits wait, visibly, and go on; what was acknowledged is there.',
  ),
  absent(
    'power plug pulled',
    'power',
    'a machine whose power is really cut, with its own disk cache',
    'The power of the machine is cut during commits.',
    'What was acknowledged is there, provided that the disk keeps what it said it had written.',
  ),
  absent(
    'packet loss by netem',
    'network',
    'a kernel with sch_netem, and root',
    'The kernel drops, delays and doubles packets.',
    'The harvest goes on, slower, and nothing is lost; the proxy stands for it above.',
  ),
  absent(
    'launchd restarts it',
    'process',
    'macOS, with a session of its own',
    'The process is killed under launchd.',
    'launchd starts it again, and nothing is lost.',
  ),
  absent(
    'Windows service restarts it',
    'process',
    'Windows, with the right to install a task',
    'The process is ended under the Task Scheduler.',
    'It is started again, and nothing is lost.',
  ),
  absent(
    'antivirus holds a file',
    'storage',
    'Windows, with a scanner that locks files',
    'Another program holds the file of the store for some seconds.',
    'Commits wait, and go on.',
  ),
];
