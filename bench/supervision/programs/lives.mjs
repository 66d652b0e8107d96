import { announce, beat } from './announce.mjs';

announce();
beat();
