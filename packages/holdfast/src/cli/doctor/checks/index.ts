export { engine, leftovers, port, runtimeFolder } from './engine.ts';
export { disk, durableWrites, fileSystem } from './folder.ts';
export { node, service, userManager } from './node.ts';
export { sleep } from './sleep.ts';
export { sources } from './sources.ts';
export { completeness, logs, store } from './store.ts';
export { alerts, contact, descriptors, proxy } from './surroundings.ts';
