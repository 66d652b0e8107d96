import type pg from 'pg';

/**
 * pg by its part: its main module does not load under the conditions by which the tests resolve the sources, because
 * its pool then comes as an ES module.
 */
const CLIENT: string = 'pg/lib/client.js';
const driver: { readonly default: typeof pg.Client } = await import(CLIENT);

export const Client: typeof pg.Client = driver.default;
