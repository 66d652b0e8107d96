import { createHash } from 'node:crypto';
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ResilienceError } from '../errors.ts';
import { HeldLocks } from './held-locks.ts';
import { processMutex } from './keyed-mutex.ts';
import type { JsonValue, LockOptions, Release, StateStore } from './state-store.ts';

/**
 * State in a folder, one file a key. A value is written beside the old one, flushed and renamed over it, so a
 * crash leaves the old or the new, never half. Updates and locks exclude each other inside one process ONLY:
 * where several processes share state, use `sqliteState`.
 */
export function fileState(folder: string): StateStore {
  return new FileState(resolve(folder));
}

class FileState implements StateStore {
  readonly #folder: string;
  readonly #held = new HeldLocks();

  constructor(folder: string) {
    this.#folder = folder;
  }

  async get(key: string): Promise<JsonValue | undefined> {
    return await readValue(this.#path(key), key);
  }

  async update(
    key: string,
    change: (current: JsonValue | undefined) => JsonValue | undefined,
  ): Promise<JsonValue | undefined> {
    const path = this.#path(key);
    const release = await processMutex.acquire(`update:${path}`);
    try {
      const current = await readValue(path, key);
      const next = change(current);
      if (next === current) return next;
      await mkdir(this.#folder, { recursive: true });
      if (next === undefined) await rm(path, { force: true });
      else await replaceFile(path, JSON.stringify({ key, value: next }));
      await flushFolder(this.#folder);
      return next;
    } finally {
      release();
    }
  }

  async lock(key: string, options: LockOptions = {}): Promise<Release> {
    const release = await processMutex.acquire(`lock:${this.#path(key)}`, options.signal);
    return this.#held.add(async () => release());
  }

  async close(): Promise<void> {
    await this.#held.releaseAll();
  }

  /** Keys may hold any character; file names may not. */
  #path(key: string): string {
    const name = createHash('sha256').update(key).digest('hex').slice(0, 32);
    return join(this.#folder, `${name}.json`);
  }
}

async function readValue(path: string, key: string): Promise<JsonValue | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    return (JSON.parse(text) as { readonly value: JsonValue }).value;
  } catch (cause) {
    throw new ResilienceError(`The state file of ${key} (${path}) is not readable.`, {
      code: 'ERR_STATE_CORRUPT',
      hint: 'Check the disk. Removing the file forgets what it said, such as a wait that an upstream asked for.',
      cause,
      verdict: {
        category: 'local',
        scope: 'none',
        safeToReplay: 'yes',
        evidence: 'class',
        code: 'ERR_STATE_CORRUPT',
      },
    });
  }
}

async function replaceFile(path: string, text: string): Promise<void> {
  const temporary = `${path}.tmp`;
  const file = await open(temporary, 'w');
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
}

/** Makes a rename durable. Windows cannot open a folder, and writes renames through. */
async function flushFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
