import { announce } from './announce.mjs';

announce();
process.exit(1);
