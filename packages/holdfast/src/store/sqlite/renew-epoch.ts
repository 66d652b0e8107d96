import { openConnection } from './database.ts';
import { updateChecked } from './row-check.ts';
import { transaction } from './transaction.ts';

/**
 * Gives a store that nobody has open another epoch: it was a copy, and its next `seq` numbers were given before by the
 * store that it takes the place of.
 */
export function renewEpoch(file: string, epoch: string): void {
  const connection = openConnection(file);
  try {
    transaction(connection, () => connection.run(updateChecked('identity', { epoch: '?1' }, 'true'), epoch));
  } finally {
    connection.close();
  }
}
