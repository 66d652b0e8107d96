import { announce, beat } from './announce.mjs';

announce();
beat();
setTimeout(() => {
  for (;;);
}, 3_000);
