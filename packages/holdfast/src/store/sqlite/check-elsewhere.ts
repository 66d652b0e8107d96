import type { IntegrityFinding } from '../port.ts';
import { WriterClient } from './client.ts';

/** SQLite's own check takes minutes of a large store: in a thread that nobody else waits for. */
export async function checkElsewhere(file: string): Promise<readonly IntegrityFinding[]> {
  const checker = new WriterClient({ file, today: '' });
  try {
    return await checker.call('checkFile');
  } finally {
    await checker.terminate();
  }
}
