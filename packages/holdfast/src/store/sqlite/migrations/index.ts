import { records } from './001-records.ts';
import { search } from './002-search.ts';
import { health } from './003-health.ts';
import { proof } from './004-proof.ts';
import { stamps } from './005-stamps.ts';
import type { Migration } from './migration.ts';

/** All steps in order; the n-th leads to version n. */
export const migrations: readonly Migration[] = [records, search, health, proof, stamps];
/** The version that this build reads and writes. */
export const SCHEMA_VERSION: number = migrations.length;
export type { Migration } from './migration.ts';
