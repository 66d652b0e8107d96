import type { Clock } from '../../clock/clock.ts';
import { isAlive } from '../../process/process-identity.ts';
import type { ProcessIdentity } from '../../process/process-identity.ts';
import { endStarted } from '../../session/processes/end-started.ts';
import type { ProcessRecord } from '../../session/processes/process-record.ts';
import type { ProcessRecords } from '../../session/processes/process-records.ts';
import { MARK } from './launched-process.ts';
import { isSame } from '../../process/process-tree.ts';
import { makeFolder, profilePath, removeFolders } from './profile-folder.ts';

/** What a home needs. */
export interface BrowserHomeOptions {
  /** Names the processes in the records. */
  readonly kind: string;
  readonly clock: Clock;
  readonly processes?: ProcessRecords | undefined;
}

/**
 * The profile of one browser and the processes that live in it. It is recorded before anything is made, so that not even a program that is killed during a launch leaves something behind that nobody finds.
 */
export class BrowserHome {
  readonly profile: string;
  readonly #options: BrowserHomeOptions;
  readonly #known: ProcessIdentity[] = [];
  readonly #folders: string[];
  readonly #records: ProcessRecord[] = [];

  private constructor(profile: string, options: BrowserHomeOptions) {
    this.profile = profile;
    this.#folders = [profile];
    this.#options = options;
  }

  /** Makes and records a fresh profile. */
  static async make(options: BrowserHomeOptions): Promise<BrowserHome> {
    const profile = profilePath();
    const home = new BrowserHome(profile, options);
    await home.#note({ profile, mark: home.#mark });
    try {
      await makeFolder(profile);
    } catch (error) {
      await home.clear();
      throw error;
    }
    return home;
  }

  /**
   * The environment for what lives here: it carries the mark by which it is found whatever becomes of the launch.
   * Temporary files belong into the profile, since a browser that is killed leaves some, unless the path would be too
   * long for the browser's socket (108 bytes, see unix(7)).
   */
  environment(given: NodeJS.ProcessEnv = process.env): NodeJS.ProcessEnv {
    const isShort = process.platform === 'linux' && this.profile.length <= LONGEST_PROFILE_PATH;
    return { ...given, ...(isShort && { TMPDIR: this.profile }), [MARK]: this.profile };
  }

  /** Notes a process that was started, the one that leads the others first. */
  async started(process: ProcessIdentity): Promise<void> {
    if (this.#known.some((other) => isSame(other, process))) return;
    this.#known.push(process);
    const record = this.#records[0];
    if (this.#known.length > 1 || record === undefined) return;
    this.#records[0] = (await this.#options.processes?.update(record, { process })) ?? record;
  }

  /** Notes a folder that the driver made elsewhere for what was started. */
  async uses(folder: string): Promise<void> {
    if (this.#folders.includes(folder)) return;
    this.#folders.push(folder);
    const process = this.#known[0];
    await this.#note({ profile: folder, ...(process !== undefined && { process }) });
  }

  /** Resolves when every process that was noted has ended, or rejects with `signal.reason`. */
  async vacated(signal: AbortSignal): Promise<void> {
    while (this.#known.some((process) => isAlive(process))) {
      await this.#options.clock.sleep(POLL_MS, { signal });
    }
  }

  /**
   * Kills what still lives here, and removes the folders. Harmless when repeated.
   * @throws Error when something outlives SIGKILL or a folder cannot be removed: the records are kept then.
   */
  async clear(): Promise<void> {
    const { clock, kind, processes } = this.#options;
    const mark = this.#mark;
    // What a browser that has gone left running shows the profile that it used, which may be the driver's.
    const reports = await Promise.all(
      this.#folders.map((profile) => endStarted({ kind, profile, mark }, this.#known, { clock, termMs: 0 })),
    );
    const left = reports.flatMap((report) => report.left);
    if (left.length > 0) {
      throw new Error(`Processes outlived SIGKILL: ${left.map(({ pid }) => pid).join(', ')}.`);
    }
    await removeFolders(this.#folders);
    for (const record of this.#records) await processes?.forget(record);
  }

  get #mark(): string {
    return `${MARK}=${this.profile}`;
  }

  async #note(what: {
    readonly profile: string;
    readonly mark?: string;
    readonly process?: ProcessIdentity;
  }): Promise<void> {
    const record = await this.#options.processes?.record({ kind: this.#options.kind, ...what });
    if (record !== undefined) this.#records.push(record);
  }
}

const POLL_MS = 20;
/** `/org.chromium.Chromium.123456/SingletonSocket` has 45 more. */
const LONGEST_PROFILE_PATH = 60;
