import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { Config } from '../config/index.ts';
import { checkProof } from '../proof/check-proof.ts';
import type { ProofFinding } from '../proof/check-proof.ts';
import type { Proof } from '../proof/proof.ts';
import { readProof } from '../proof/read-proof.ts';
import { damageOfStore, withStore } from '../status/open-reader.ts';
import type { IntegrityFinding } from '../store/port.ts';
import type { Io } from './io.ts';
import { writeLine } from './io.ts';
import { usageError } from './usage-error.ts';

/** @throws HoldfastError `ERR_USAGE_PROOF` when the file is no whole proof */
export function readProofFile(io: Io, file: string): Proof {
  return readProof(contentOf(resolve(io.cwd, file)));
}

/** Compares the store with a proof; what is told besides the findings goes to standard error. */
export async function proofFindings(
  io: Io,
  config: Config,
  proof: Proof,
): Promise<readonly (ProofFinding | IntegrityFinding)[]> {
  try {
    const { findings, otherEpoch } = await withStore(config, (reader) => checkProof(reader, proof));
    if (otherEpoch)
      await writeLine(
        io.err,
        'The store has another epoch than the proof: it was restored since, or is another one.',
      );
    return findings;
  } catch (error) {
    const damage = damageOfStore(config, error);
    if (damage === null) throw error;
    return [{ ...damage, problem: `it cannot be compared with the proof: ${damage.problem}` }];
  }
}

function contentOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw usageError(`The proof cannot be read: ${(error as Error).message}`);
  }
}
