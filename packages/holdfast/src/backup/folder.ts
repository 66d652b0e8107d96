import { existsSync, readdirSync, rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import { readSidecar, removeCopy, sidecarOf } from './sidecar.ts';
import type { Sidecar } from './sidecar.ts';

const NAME = /^holdfast-\d{8}T\d{6}Z(?:-\d+)?\.db(?:\.failed)?$/;
/** Added to the name of a copy that did not pass its test. */
export const FAILED = '.failed';
/** Added to the name of a copy that is not finished. */
export const PARTIAL = '.partial';

/** A copy in the folder of backups, and what its sidecar says. */
export interface FoundBackup {
  readonly file: string;
  readonly sidecar: Sidecar;
}

/** `YYYYMMDDTHHMMSSZ` of an instant, wall ms. */
export function stampOf(at: number): string {
  return new Date(at).toISOString().replace(/[-:]|\.\d+/g, '');
}

/** A path for a copy that is made now: no file of that name is there, finished or failed. */
export function nameCopy(folder: string, at: number): string {
  const stem = join(folder, `holdfast-${stampOf(at)}`);
  const isTaken = (path: string): boolean =>
    [path, path + FAILED, sidecarOf(path), sidecarOf(path + FAILED)].some((each) => existsSync(each));
  let path = `${stem}.db`;
  for (let number = 2; isTaken(path); number += 1) path = `${stem}-${String(number)}.db`;
  return path;
}

/** The copies of a store that we made, newest first: good ones and failed ones. What we did not make is not seen. */
export function listBackups(folder: string, store: string): readonly FoundBackup[] {
  return namesIn(folder)
    .filter((name) => NAME.test(name))
    .map((name) => join(folder, name))
    .flatMap((file) => {
      const sidecar = readSidecar(file);
      return sidecar === null || sidecar.store !== store ? [] : [{ file, sidecar }];
    })
    .sort((a, b) => Date.parse(b.sidecar.at) - Date.parse(a.sidecar.at) || laterName(a.file, b.file));
}

/** Of one second, the one with the greater number was made later; without a number is the first. */
function laterName(a: string, b: string): number {
  return b.length - a.length || (a < b ? 1 : -1);
}

/** Whether a copy passed its test and has its final name. */
export function isGood({ file, sidecar }: FoundBackup): boolean {
  return sidecar.test.ok && !file.endsWith(FAILED);
}

/**
 * Removes good copies beyond the newest `keep`, and failed ones but for the newest; gives the paths. `made` counts as
 * the newest: a copy that a wrong clock dated into the future does not push it out.
 */
export function retain(folder: string, store: string, keep: number, made: string): readonly string[] {
  const found = listBackups(folder, store).toSorted(
    (a, b) => Number(b.file === made) - Number(a.file === made),
  );
  const good = found.filter(isGood).slice(keep);
  const failed = found.filter((each) => !isGood(each)).slice(1);
  const gone = [...good, ...failed].map(({ file }) => file);
  for (const file of gone) removeCopy(file);
  return gone;
}

/** Removes what copies that were interrupted left; nobody else makes one now, since the caller holds the lock. */
export function clearLeftovers(folder: string, store: string): void {
  for (const name of namesIn(folder)) {
    const path = join(folder, name);
    const copy = name.replace(/(?:\.json)?\.partial(?:-journal)?$/, '');
    if (copy !== name && NAME.test(copy)) rmSync(path, { force: true });
    // A sidecar gets its name before its copy does, and loses it after.
    const described = path.replace(/\.json$/, '');
    if (described === path || !NAME.test(basename(described)) || existsSync(described)) continue;
    if (readSidecar(described)?.store === store) rmSync(path, { force: true });
  }
}

/** The last copy, whatever came of it, and when the last good one was made. */
export interface LastBackup {
  /** ISO 8601. */
  readonly at: string;
  readonly ok: boolean;
  readonly file: string;
  readonly lastSuccessAt: string | null;
}

/**
 * What the folder says of the last copy of a store at an instant, wall ms; null when there is none, or the folder cannot
 * be read. A copy from the future was dated by a wrong clock: nobody knows how old it is.
 */
export function lastBackup(folder: string, store: string, now: number): LastBackup | null {
  const found = listBackups(folder, store).filter(({ sidecar }) => Date.parse(sidecar.at) <= now);
  const last = found[0];
  if (last === undefined) return null;
  const lastSuccessAt = found.find(isGood)?.sidecar.at ?? null;
  return { at: last.sidecar.at, ok: isGood(last), file: last.file, lastSuccessAt };
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch {
    // No folder yet, or a disk that is away: there is nothing that could be told.
    return [];
  }
}
