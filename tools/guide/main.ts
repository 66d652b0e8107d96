/**
 * `npm run guide:pictures`: makes the pictures of the guide from the program as it is: terminal output, the page, and
 * a timeline for each layer, each from a run of its own. `-- --only TEXT` makes those whose name holds the text.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { drawLayer, layerPictures } from './layers.ts';
import { screens } from './screens.ts';

const folder = join(dirname(fileURLToPath(import.meta.url)), '../../docs/guide/pictures');

const { values } = parseArgs({
  options: { only: { type: 'string', default: '' }, seed: { type: 'string', default: '7' } },
});
const stop = new AbortController();
process.once('SIGINT', () => stop.abort(new Error('interrupted')));
mkdirSync(folder, { recursive: true });
for (const picture of layerPictures.filter(({ file }) => file.includes(values.only))) {
  save(picture.file, await drawLayer(picture, Number(values.seed), stop.signal));
}
if (['demo.svg', 'status.svg', 'overview.png', 'drill.svg'].some((name) => name.includes(values.only)))
  await screens(save, stop.signal);

function save(name: string, content: string | Uint8Array): void {
  writeFileSync(join(folder, name), content);
  process.stdout.write(`${name}\n`);
}
