import { announce, beat } from './announce.mjs';

announce();
beat();
setTimeout(() => process.exit(1), 1_200);
