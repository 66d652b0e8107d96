import type { Config } from '../config/index.ts';
import { EXIT } from '../model/exit-code.ts';
import type { IntegrityFinding } from '../store/port.ts';
import { askEngine } from '../control/ask.ts';
import { verifyAlone, withStore } from '../status/open-reader.ts';
import { openDamage } from '../store/end-damage.ts';
import { engineSilent, PATIENCE } from './ask-or-do.ts';
import { writeLine, type Io } from './io.ts';
import { printList } from './list.ts';
import { withOffline } from './offline.ts';
import { isTellable } from './report-error.ts';
import { plain } from './terminal/escape.ts';
import type { Register } from './verb.ts';

/** A row of the list. */
type Finding = Pick<IntegrityFinding, 'key' | 'problem'> & { readonly what: string };

/** `verify`: recomputes hashes and checks the store's structure; exit code 5 when anything is violated. */
export const register: Register = (command, run) => {
  command
    .option('--json', 'print one array of findings')
    .option('--proof <file>', 'also count again what this proof says, and compare')
    .action(
      run<{ json?: boolean; proof?: string }>(async ({ io, options, look, resolved }) => {
        const { config } = resolved();
        // Read first, so that a file that is no proof is refused before the long work.
        const ofProof = options.proof === undefined ? null : await proofCheck(io, config, options.proof);
        const own = await ownFindings(io, config);
        const findings = [...((await ofProof?.()) ?? []), ...own];
        await printList(io, look, options.json === true, {
          rows: findings,
          columns: [
            { title: 'WHAT', cell: ({ what }) => what },
            { title: 'KEY', cell: ({ key }) => key },
            { title: 'PROBLEM', flexible: true, cell: ({ problem }) => problem },
          ],
          nothing:
            options.proof === undefined
              ? 'The store is whole: every hash and every reference was checked.'
              : 'The store is whole and holds what the proof says.',
          next: 'Something changed what was written. Put a backup in its place (holdfast backup --list, holdfast restore FILE): the next harvest brings the difference. Without one, harvest into a new folder (--data-dir).',
        });
        return findings.length > 0 ? EXIT.integrity : EXIT.ok;
      }),
    );
};

async function proofCheck(io: Io, config: Config, file: string): Promise<() => Promise<readonly Finding[]>> {
  const { proofFindings, readProofFile } = await import('./verify-proof.ts');
  const proof = readProofFile(io, file);
  return () => proofFindings(io, config, proof);
}

/** The engine's answer, or our own; without an engine a store that is damaged is not written to. */
async function ownFindings(io: Io, config: Config): Promise<readonly Finding[]> {
  const reply = await askEngine(io, config.dataDir, { verb: 'verify', args: {}, patience: PATIENCE });
  if (reply.type === 'result') return reply.result as readonly IntegrityFinding[];
  if (reply.type !== 'nobody') throw engineSilent();
  const findings = await collect(verifyAlone(config));
  if (findings.length === 0) await tellWhole(io, config);
  return findings;
}

/** What is known of damage ends, as a running engine would end it. That it cannot be written is no damage. */
async function tellWhole(io: Io, config: Config): Promise<void> {
  const known = await withStore(config, openDamage);
  if (known.length === 0) return;
  try {
    await withOffline(config, (offline) => offline.foundWhole());
  } catch (error) {
    if (!isTellable(error)) throw error;
    await writeLine(io.err, `holdfast: status still tells of damage that is over: ${plain(error.message)}`);
  }
}

async function collect<Item>(items: AsyncIterable<Item>): Promise<readonly Item[]> {
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
}
