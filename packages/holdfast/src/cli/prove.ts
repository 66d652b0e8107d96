import { resolve } from 'node:path';
import { HoldfastError } from '../model/error.ts';
import { EXIT } from '../model/exit-code.ts';
import { makeProof } from '../proof/make-proof.ts';
import { proofText } from '../proof/proof.ts';
import type { Proof, SourceProof } from '../proof/proof.ts';
import { withStore } from '../status/open-reader.ts';
import type { Io } from './io.ts';
import { write, writeLine } from './io.ts';
import { plain } from './terminal/escape.ts';
import { usageError } from './usage-error.ts';
import type { Register } from './verb.ts';
import { writeWhole } from './write-whole.ts';

/** `prove [FILE]`: writes a proof of what the store holds now; 4 when something in scope is not complete. */
export const register: Register = (command, run) => {
  command.option('--source <id>', 'of this source only').action(
    run<{ source?: string }>(({ io, options, resolved }, file) => {
      const { config } = resolved();
      return withStore(config, async (reader) => {
        const { source } = options;
        const ids = (await reader.sources()).map(({ id }) => id);
        if (source !== undefined && !ids.includes(source))
          throw usageError(`The store has nothing of a source "${source}".`, `It has: ${ids.join(', ')}.`);
        const baseUrls = new Map(
          config.sources.flatMap(({ id, baseUrl }) =>
            baseUrl === undefined ? [] : [[id, withoutPassword(baseUrl)] as const],
          ),
        );
        const scope = { baseUrls, now: io.clock.now(), ...(source === undefined ? {} : { source }) };
        const proof = await makeProof(reader, scope);
        await put(io, file, proofText(proof));
        await tell(io, proof);
        return proof.complete ? EXIT.ok : EXIT.degraded;
      });
    }),
  );
};

async function put(io: Io, file: string | undefined, text: string): Promise<void> {
  if (file === undefined) return write(io.out, text);
  try {
    writeWhole(resolve(io.cwd, file), text);
  } catch (cause) {
    throw new HoldfastError(
      'ERR_PROOF_WRITE',
      `The proof could not be written: ${(cause as Error).message}`,
      {
        hint: 'Name a file in a folder that can be written to.',
        cause,
      },
    );
  }
}

/** What the proof covers, for people; the proof itself is elsewhere. */
async function tell({ err }: Io, { feed, sources, complete }: Proof): Promise<void> {
  for (const source of sources) await writeLine(err, plain(`${source.id}: ${summary(source)}`));
  await writeLine(
    err,
    `Bound to the first ${String(feed.seq)} changes.${complete ? '' : ' Not everything is proved.'}`,
  );
}

function summary({ all, windows, notProved, gaps, quarantined }: SourceProof): string {
  const records = windows.reduce((sum, window) => sum + window.records, 0);
  const missing = gaps.length + windows.reduce((sum, window) => sum + window.gaps.length, 0);
  const unproved = notProved.filter(({ to }) => to !== null).length;
  return (
    `${String(records)} of ${String(all.records)} records in ${String(windows.length)} windows with a proved end; ` +
    `${String(unproved)} windows without one, ${String(missing)} gaps, ${String(quarantined)} quarantined.`
  );
}

function withoutPassword(baseUrl: string): string {
  if (!URL.canParse(baseUrl)) return baseUrl;
  const url = new URL(baseUrl);
  if (url.username === '' && url.password === '') return baseUrl;
  [url.username, url.password] = ['', ''];
  return url.href;
}
