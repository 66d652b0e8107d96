import { statfsSync } from 'node:fs';
import { dirname } from 'node:path';
import { HoldfastError } from '../../model/error.ts';

/** Types that Linux reports for file systems of other hosts, where a WAL's shared memory does not work. */
const NETWORK: Readonly<Record<number, string>> = {
  0x6969: 'NFS',
  0xff534d42: 'CIFS',
  0xfe534d42: 'SMB',
  0x517b: 'SMB',
  0x01021997: '9P',
};
const FUSE = 0x65735546;

/** What a file system type means for a store: safe, refused with its name, or doubtful. */
export function judgeFileSystem(type: number): 'local' | 'doubtful' | { readonly network: string } {
  const unsigned = type >>> 0;
  const network = NETWORK[unsigned];
  if (network !== undefined) return { network };
  return unsigned === FUSE ? 'doubtful' : 'local';
}

/**
 * Refuses a store on a network file system; returns a warning for one that may be.
 * @throws HoldfastError `ERR_STORE_UNSAFE`
 */
export function checkFileSystem(file: string, type: number = typeOf(file)): string | null {
  const judgement = judgeFileSystem(type);
  if (judgement === 'local') return null;
  if (judgement === 'doubtful')
    return `${dirname(file)} is a FUSE file system; if it belongs to another host, the store is not safe there.`;
  throw new HoldfastError(
    'ERR_STORE_UNSAFE',
    `${dirname(file)} lies on a network file system (${judgement.network}), where a store can be damaged.`,
    { hint: 'Put dataDir on a local disk.' },
  );
}

function typeOf(file: string): number {
  // Other systems number their file systems differently.
  return process.platform === 'linux' ? statfsSync(dirname(file)).type : 0;
}
