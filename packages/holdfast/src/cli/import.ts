import { resolve } from 'node:path';
import { combineExitCodes, EXIT } from '../model/exit-code.ts';
import type { ImportSummary } from '../model/import.ts';
import { importOne } from './import/import-one.ts';
import { ProgressBar } from './import/progress-bar.ts';
import { summaryLines } from './import/summary-lines.ts';
import { writeLine } from './io.ts';
import { stopOnSignals } from './run/stop-on-signals.ts';
import type { Call, Register } from './verb.ts';

interface ImportOptions {
  readonly source?: string;
  readonly json?: boolean;
}

/** `import`: brings in what others harvested; it goes on where it was stopped, and seals no window. */
export const register: Register = (command, run) => {
  command
    .option('--source <id>', 'everything belongs to this source; otherwise the identifiers tell')
    .option('--json', 'print one object per path')
    .action(run<ImportOptions>((call, ...paths) => importAll(call, paths)));
};

async function importAll(call: Call<ImportOptions>, paths: readonly string[]): Promise<number> {
  const { io, options, look, resolved } = call;
  const { config } = resolved();
  const abort = new AbortController();
  const listenNoMore = stopOnSignals(io, { stop: () => abort.abort(), force: (code) => process.exit(code) });
  const codes: number[] = [];
  try {
    for (const given of paths) {
      const path = resolve(io.cwd, given);
      const bar = new ProgressBar(io, look);
      const source = options.source ?? null;
      let summary: ImportSummary;
      try {
        summary = await importOne({ io, config, path, source, signal: abort.signal, bar });
      } finally {
        bar.end();
      }
      const lines =
        options.json === true ? [JSON.stringify({ path, ...summary })] : summaryLines(given, summary);
      for (const line of lines) await writeLine(io.out, line);
      codes.push(exitCodeOf(summary));
      if (summary.stopped || abort.signal.aborted) break;
    }
  } finally {
    listenNoMore();
  }
  return combineExitCodes(codes);
}

function exitCodeOf({ stopped, refused, bad }: ImportSummary): number {
  if (stopped) return EXIT.interrupted;
  return refused + bad > 0 ? EXIT.degraded : EXIT.ok;
}
