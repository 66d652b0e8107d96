/** Runs one check in a process of its own, `child/main.ts ID WHO`, and prints what it showed as a line of JSON. */
import { rows } from '../rows.ts';

const [id = '', who = ''] = process.argv.slice(2);
const unhandled: unknown[] = [];
process.on('unhandledRejection', (error) => unhandled.push(error));

const check = rows.find((row) => row.id === id)?.checks[who];
if (check === undefined) throw new Error(`there is no check ${id} of ${who}`);
// A wait on nothing but `AbortSignal.timeout` does not keep a process alive.
const alive = setInterval(() => {}, 1_000);
const seen = await check();
clearInterval(alive);
process.stdout.write(`${JSON.stringify({ ...seen, unhandled: unhandled.length })}\n`, () => process.exit(0));
