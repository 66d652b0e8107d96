import { closeSync, existsSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { UsageError } from '../arguments.ts';
import { pageOf } from './html/page.ts';
import { junitOf } from './junit.ts';
import type { Report } from './report.ts';

/** Where the report goes beside standard output. */
export interface Files {
  readonly html: string | null;
  readonly junit: string | null;
}

/** Tries whether the files can be written, before an hour is spent on what goes into them. @throws UsageError */
export function tryFiles({ html, junit }: Files): void {
  for (const [flag, path] of [
    ['--html', html],
    ['--junit', junit],
  ] as const) {
    if (path === null) continue;
    const wasThere = existsSync(path);
    try {
      closeSync(openSync(path, 'a'));
    } catch (error) {
      throw new UsageError(
        `${flag}: ${JSON.stringify(path)} cannot be written (${(error as NodeJS.ErrnoException).code ?? 'unknown'}).`,
        'Name a file in a folder that is there and yours; nothing was played.',
      );
    }
    if (!wasThere) rmSync(path, { force: true });
  }
}

/** Writes the files. @throws what the file system says */
export function writeFiles(report: Report, { html, junit }: Files): void {
  if (html !== null) writeFileSync(html, pageOf(report));
  if (junit !== null) writeFileSync(junit, junitOf(report));
}
