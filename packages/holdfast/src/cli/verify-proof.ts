import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Config } from '../config/index.ts';
import { checkProof } from '../proof/check-proof.ts';
import type { ProofFinding } from '../proof/check-proof.ts';
import { readProof } from '../proof/read-proof.ts';
import { withStore } from '../status/open-reader.ts';
import type { Io } from './io.ts';
import { writeLine } from './io.ts';
import { usageError } from './usage-error.ts';

/**
 * Compares the store with a proof file; what is told besides the findings goes to standard error.
 * @throws HoldfastError `ERR_USAGE_PROOF` when the file is no whole proof
 */
export async function verifyProof(io: Io, config: Config, file: string): Promise<readonly ProofFinding[]> {
  const proof = readProof(contentOf(resolve(io.cwd, file)));
  const { findings, otherEpoch } = await withStore(config, (reader) => checkProof(reader, proof));
  if (otherEpoch)
    await writeLine(
      io.err,
      'The store has another epoch than the proof: it was restored since, or is another one.',
    );
  return findings;
}

function contentOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw usageError(`The proof cannot be read: ${(error as Error).message}`);
  }
}
