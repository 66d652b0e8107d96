/** The command line, run from its sources: the `--conditions` of the parent resolve the library to its own. */
import { main } from '../../../src/cli/main.ts';

await main(process.argv.slice(2));
