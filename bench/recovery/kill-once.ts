import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { holdfast } from '../harvest/paths.ts';

interface RunEvent {
  readonly kind: string;
  readonly at: number;
  readonly pid?: number | null;
}

/** Writes the configuration of the harvest. Nothing else of this user's is used or touched. */
export function prepare(folder: string, baseUrl: string): void {
  const source = {
    id: 'bench',
    kind: 'oai-pmh',
    baseUrl,
    metadataPrefix: 'oai_dc',
    from: 'all',
    minIntervalMs: 0,
  };
  const config = {
    dataDir: './data',
    contact: 'bench@example.org',
    dashboard: { port: 0 },
    sources: [source],
  };
  writeFileSync(join(folder, 'holdfast.config.json'), JSON.stringify(config));
}

/**
 * Starts a supervised harvest, kills its engine so long after its first commit, and returns the ms from the kill to
 * the first commit by the next engine.
 */
export async function killOnce(folder: string, lifeMs: number): Promise<number> {
  const supervisor = spawn(process.execPath, [holdfast, 'run'], {
    cwd: folder,
    env: { ...process.env, HOLDFAST_STATE_DIR: join(folder, 'state') },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let engine: number | null = null;
  let [starts, killedAt] = [0, 0];
  const recovered = Promise.withResolvers<number>();
  createInterface({ input: supervisor.stdout }).on('line', (line) => {
    const event = JSON.parse(line) as RunEvent;
    if (event.kind === 'engine-started') {
      engine = event.pid ?? null;
      starts += 1;
    }
    // A page of a second look, which brings no new records, is progress as well.
    if (event.kind !== 'commit') return;
    if (starts >= 2 && killedAt > 0) recovered.resolve(event.at - killedAt);
    else if (starts === 1 && killedAt === 0) {
      killedAt = -1;
      setTimeout(() => {
        killedAt = Date.now();
        if (engine !== null) process.kill(engine, 'SIGKILL');
      }, lifeMs);
    }
  });
  const ended = once(supervisor, 'exit');
  const lost = ended.then(() => Promise.reject(new Error('the supervisor ended before a new commit')));
  lost.catch(() => undefined);
  const ms = await Promise.race([recovered.promise, lost]);
  supervisor.kill('SIGTERM');
  await ended;
  return ms;
}
