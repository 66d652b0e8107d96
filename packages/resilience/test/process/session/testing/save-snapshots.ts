/** Saves snapshots that rise, one after the other, and says which are durable. Arguments: folder, key in hex. */
import { fileSnapshots } from '../../../../src/session/snapshots/file-snapshots.ts';

const [folder = '', key = ''] = process.argv.slice(2);
const store = fileSnapshots(folder, { key: Buffer.from(key, 'hex') });
for (let number = 1; ; number += 1) {
  await store.save('portal', { number, filling: 'x'.repeat(200_000), end: number });
  process.stdout.write(`${number}\n`);
}
