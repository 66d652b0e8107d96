/**
 * What the tests import as `fast-check`. With `HOLDFAST_TEST_SEED` set, every property is tried with that seed, so that a
 * run on one commit says the same wherever and whenever it is made; another commit brings other tries.
 */
import fc from '../node_modules/fast-check/lib/fast-check.js';

const seed = process.env['HOLDFAST_TEST_SEED'];
if (seed !== undefined) fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: Number(seed) });

// oxlint-disable-next-line import/no-default-export -- it stands in for a package that has one
export default fc;
export * from '../node_modules/fast-check/lib/fast-check.js';
