import { HoldfastError } from '../model/error.ts';

/** A file or folder that cannot be read as a data set; `code` begins with `ERR_DATASET_`. */
export class DatasetError extends HoldfastError {
  constructor(code: `ERR_DATASET_${string}`, message: string, hint: string, cause?: unknown) {
    super(code, message, { hint, cause });
    this.name = 'DatasetError';
  }
}
