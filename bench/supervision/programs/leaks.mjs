import { announce, beat } from './announce.mjs';

announce();
beat();
const kept = [];
// 20 MB a second, each page touched so that it is resident.
setInterval(() => kept.push(Buffer.alloc(20_000_000, kept.length + 1)), 1_000);
