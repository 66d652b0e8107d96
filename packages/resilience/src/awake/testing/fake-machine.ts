import type { MachineOptions } from '../machine.ts';
import type { Child, ChildEvents, ChildExit, Command } from '../spawn.ts';

/** A child that was asked for and lives in this test alone. */
export class FakeChild implements Child {
  readonly command: Command;
  readonly pid: number;
  readonly written: string[] = [];
  readonly #events: ChildEvents;
  isGone = false;
  wasKilled = false;
  holdsProcess = true;
  /** Goes when its input ends, as `cat` and what is bound to us by a shell do. */
  obeys: boolean;

  constructor(command: Command, events: ChildEvents, pid: number) {
    this.command = command;
    this.#events = events;
    this.pid = pid;
    this.obeys = command.program === 'sh';
  }

  write(text: string): void {
    this.written.push(text);
  }

  end(): void {
    if (this.obeys) this.exit({ code: 0 });
  }

  kill(): void {
    if (this.isGone) return;
    this.wasKilled = true;
    this.exit({ signal: 'SIGKILL' });
  }

  keepsAlive(yes: boolean): void {
    this.holdsProcess = yes;
  }

  say(...lines: readonly string[]): void {
    for (const line of lines) this.#events.onLine(line);
  }

  exit(how: Partial<ChildExit>): void {
    if (this.isGone) return;
    this.isGone = true;
    queueMicrotask(() => {
      this.#events.onExit({ code: null, signal: null, failedWith: null, stderr: '', ...how });
    });
  }
}

/** How a program behaves once it is started. */
export type Behaviour = (child: FakeChild, machine: FakeMachine) => void;

/** A machine whose programs are functions of the test; one that is not named is not there. */
export class FakeMachine {
  readonly children: FakeChild[] = [];
  readonly files: Record<string, string> = {};
  readonly options: Required<Omit<MachineOptions, 'interfaces'>>;

  constructor(platform: NodeJS.Platform, programs: Readonly<Record<string, Behaviour>>) {
    this.options = {
      platform,
      pid: 4711,
      env: {},
      spawn: (command, events) => {
        const child = new FakeChild(command, events, 9000 + this.children.length);
        this.children.push(child);
        const behave = programs[programOf(command)];
        queueMicrotask(() => {
          if (behave !== undefined) behave(child, this);
          else child.exit(command.program === 'sh' ? { code: 127 } : { failedWith: 'ENOENT' });
        });
        return child;
      },
      readFile: async (path) => {
        const text = this.files[path];
        if (text === undefined) throw Object.assign(new Error(`no ${path}`), { code: 'ENOENT' });
        return text;
      },
      readFolder: async (path) => {
        const names = Object.keys(this.files).filter((each) => each.startsWith(`${path}/`));
        return [...new Set(names.map((each) => each.slice(path.length + 1).split('/')[0] ?? ''))];
      },
    };
  }

  /** Children that are not gone, by their whole command line. */
  get alive(): readonly FakeChild[] {
    return this.children.filter(({ isGone }) => !isGone);
  }

  /** Every command line so far. */
  get argv(): readonly string[] {
    return this.children.map(({ command }) => lineOf(command));
  }
}

/** A command as one would type it. */
export function lineOf(command: Command): string {
  return [command.program, ...command.args].join(' ');
}

/** The program that a command runs, whether bound to us by a shell or not. */
function programOf({ program, args }: Command): string {
  return program === 'sh' ? (args[3] ?? '') : program;
}

/**
 * A `systemd-inhibit` that grants some locks and lists what it granted; `cat` echoes, as the real one does.
 * @param flags what `--help` shows besides the usual.
 */
export function fakeInhibit(granted: readonly string[], flags = ''): Behaviour {
  return (child, machine) => {
    const line = lineOf(child.command);
    if (line.includes('--help')) {
      child.say('  --what=WHAT', flags);
      child.exit({ code: 0 });
    } else if (line.includes('--list')) {
      for (const each of machine.alive) {
        const why = each.command.args.find((arg) => arg.startsWith('--why='));
        if (why !== undefined) child.say(`holdfast 0 root 1 systemd-inhibit sleep ${why.slice(6)} block`);
      }
      child.exit({ code: 0 });
    } else if (granted.some((what) => line.includes(`--what=${what} `))) {
      child.obeys = true;
      child.say(child.written.join('').trim());
    } else {
      child.exit({ code: 1, stderr: 'Failed to inhibit: Access denied\n' });
    }
  };
}
