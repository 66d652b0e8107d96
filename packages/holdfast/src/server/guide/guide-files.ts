import { readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';

/** A file of the guide. */
export interface GuideFile {
  readonly type: string;
  readonly bytes: Uint8Array;
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
};

/** Reads the guide when it is first asked for, and keeps it: it is part of the program. `folder` may be missing. */
export function guideReader(folder: string): () => ReadonlyMap<string, GuideFile> {
  let kept: ReadonlyMap<string, GuideFile> | undefined;
  return () => (kept ??= readGuide(folder));
}

function readGuide(folder: string): ReadonlyMap<string, GuideFile> {
  return new Map(
    namesIn(folder).flatMap((name) => {
      const type = TYPES[extname(name)];
      return type === undefined ? [] : [[name, { type, bytes: readFileSync(join(folder, name)) }]];
    }),
  );
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { recursive: true }).map((name) => String(name).replaceAll('\\', '/'));
  } catch {
    // A checkout that was not built has none; the route says so.
    return [];
  }
}
