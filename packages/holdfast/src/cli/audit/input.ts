import { HoldfastError } from '../../model/error.ts';
import type { Call } from '../verb.ts';
import type { AuditOptions } from './options.ts';

/** `audit --input`: what a data set that another tool left lacks. */
export function auditInput({ options }: Call<AuditOptions>): Promise<number> {
  const file = options.input ?? '';
  return Promise.reject(
    new HoldfastError('ERR_USAGE', `"${file}" cannot be audited: this version reads no foreign data sets.`, {
      hint: 'Audit the store itself: holdfast audit',
    }),
  );
}
