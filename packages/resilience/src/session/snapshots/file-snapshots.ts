import { createHash } from 'node:crypto';
import { readFile, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { notify } from '../../clock/notify.ts';
import { InvalidOptionError } from '../../errors.ts';
import type { JsonValue } from '../../state/state-store.ts';
import type { SnapshotStore } from '../snapshot-store.ts';
import { seal, unseal, wrapPlain } from './envelope.ts';
import type { UnreadableReason } from './envelope.ts';
import { flushFolder, removeTemporaries, replaceFile } from './replace-file.ts';
import { keySource } from './snapshot-key.ts';
import type { KeySource } from './snapshot-key.ts';

/** A snapshot that could not be read, and where it was put. */
export interface UnreadableSnapshot {
  readonly name: string;
  readonly reason: UnreadableReason;
  /** Where the file lies now. Nobody deletes it. */
  readonly movedTo: string;
}

/** How snapshots are kept in files. */
export interface FileSnapshotsOptions {
  /** 32 bytes, or a passphrase of at least 12 characters. Snapshots hold cookies and tokens: they are a login. */
  readonly key?: Uint8Array | string;
  /** Keeps snapshots unencrypted. Has to be said, since whoever reads such a file is logged in. */
  readonly plain?: boolean;
  /** Told of a file that gave no snapshot; a process warning by default. What it throws becomes a process warning. */
  readonly onUnreadable?: (unreadable: UnreadableSnapshot) => void;
}

/**
 * Snapshots in a folder (mode 0700 when it is made here), one file (0600) a name, encrypted with AES-256-GCM and replaced
 * atomically. A file that was cut, changed, or made with another key is moved aside and reported, and loads as
 * undefined. Two processes may use one folder, but not one name.
 * @throws InvalidOptionError when the key cannot be one, or neither `key` nor `plain: true` is given.
 */
export function fileSnapshots(folder: string, options: FileSnapshotsOptions): SnapshotStore {
  return new FileSnapshots(resolve(folder), options);
}

class FileSnapshots implements SnapshotStore {
  readonly #folder: string;
  readonly #keys: KeySource | undefined;
  readonly #onUnreadable: (unreadable: UnreadableSnapshot) => void;
  #isSwept = false;

  constructor(folder: string, { key, plain = false, onUnreadable = warn }: FileSnapshotsOptions) {
    if (key === undefined && !plain) {
      throw new InvalidOptionError('key', 'must be given, or `plain: true` to keep logins unencrypted');
    }
    if (key !== undefined && plain) throw new InvalidOptionError('plain', 'cannot be true with a key');
    this.#folder = folder;
    this.#keys = key === undefined ? undefined : keySource(key);
    this.#onUnreadable = onUnreadable;
  }

  async load(name: string): Promise<JsonValue | undefined> {
    const path = this.#path(name);
    const text = await textOf(path);
    if (text === undefined) return undefined;
    const opened = await unseal(name, text, this.#keys);
    if (opened.ok) return opened.snapshot;
    // Somebody may have replaced it meanwhile: only what was judged is moved.
    if ((await textOf(path)) !== text) return await this.load(name);
    // By content, so that a file that comes again and again does not fill the disk.
    const movedTo = `${path}.unreadable-${createHash('sha256').update(text).digest('hex').slice(0, 8)}`;
    await rename(path, movedTo);
    await flushFolder(this.#folder);
    notify(this.#onUnreadable, { name, reason: opened.reason, movedTo });
    return undefined;
  }

  async save(name: string, snapshot: JsonValue): Promise<void> {
    if (!this.#isSwept) await removeTemporaries(this.#folder);
    this.#isSwept = true;
    const text =
      this.#keys === undefined ? wrapPlain(name, snapshot) : await seal(name, snapshot, this.#keys);
    await replaceFile(this.#path(name), text);
  }

  async remove(name: string): Promise<void> {
    await rm(this.#path(name), { force: true });
  }

  /** Names may hold any character; file names may not. */
  #path(name: string): string {
    return join(this.#folder, `${createHash('sha256').update(name).digest('hex').slice(0, 32)}.snapshot`);
  }
}

async function textOf(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function warn({ name, reason, movedTo }: UnreadableSnapshot): void {
  process.emitWarning(`The snapshot of ${name} is not readable (${reason}); it lies in ${movedTo} now.`, {
    code: 'HOLDFAST_SNAPSHOT_UNREADABLE',
  });
}
