/**
 * A simulated upstream as a process of its own. The first line of standard output is JSON and says where it listens;
 * it ends with 0 on TERM or INT, with 2 on a wrong command line, with 1 when it cannot listen.
 */
import { readArguments, type Command } from './arguments.ts';
import { UpstreamError } from './errors.ts';
import { faults } from './faults/catalogue.ts';
import { scopes } from './faults/parse.ts';
import { kinds } from './kind.ts';
import { fileSink } from './ledger/file-sink.ts';
import { serve } from './serve/serve.ts';
import { createUpstream } from './upstream.ts';
import { usage } from './usage.ts';

// Whoever started this may have stopped reading: what was to be said has been said.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});

try {
  const command = readArguments(process.argv.slice(2));
  if (command.do === 'help') process.stdout.write(usage);
  else if (command.do === 'list-faults') listFaults(command.json);
  else await start(command);
} catch (error) {
  const known = error instanceof UpstreamError;
  process.stderr.write(`${known ? `${error.message}: ${error.hint}` : String(error)}\n`);
  process.exitCode = known ? 2 : 1;
}

async function start(command: Extract<Command, { do: 'serve' }>): Promise<void> {
  const shift = command.startAt === undefined ? 0 : command.startAt - Date.now();
  const sink = command.ledger === undefined ? {} : { sink: fileSink(command.ledger) };
  const upstream = createUpstream({ ...command.options, now: () => Date.now() + shift, ...sink });
  const listening = await serve(upstream, { port: command.port, host: command.host });
  const baseUrl = `${listening.origin}${upstream.basePath}`;
  const { kind, seed } = upstream;
  const stop = (): void => void listening.close().then(() => process.exit(0));
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  // Started with a channel to its parent, it does not outlive it.
  process.once('disconnect', stop);
  // Last, since whoever reads it may send a signal at once.
  process.stdout.write(
    `${JSON.stringify({ listening: listening.origin, baseUrl, port: listening.port, kind, seed, pid: process.pid })}\n`,
  );
}

function listFaults(json: boolean): void {
  const rows = faults.map(({ name, about, kinds: applies, needs, delivers }) => ({
    name,
    about,
    kinds: applies,
    needs,
    delivers,
  }));
  if (json) {
    process.stdout.write(
      `${JSON.stringify({ faults: rows, scopes: Object.fromEntries(kinds.map((kind) => [kind, scopes(kind)])) })}\n`,
    );
    return;
  }
  const width = Math.max(...rows.map((row) => row.name.length));
  for (const row of rows)
    process.stdout.write(
      `${row.name.padEnd(width)}  ${row.about}${row.kinds.length === kinds.length ? '' : ` (${row.kinds.join(', ')})`}\n`,
    );
}
