/**
 * Who may import whom: the table that `boundaries.ts` enforces. A new folder gets a row here; a folder without a row is
 * a finding.
 */

/** A part of the repository that has its own row of allowed imports. */
export interface Layer {
  readonly name: string;
  /** Path prefix from the root of the repository; the longest one that fits decides. */
  readonly folder: string;
  /** Names of the layers that this one may import. Itself is always allowed. */
  readonly mayImport: readonly string[];
  /** Said when a file of this layer imports anything else of the product. */
  readonly reason: string;
}

const app = 'packages/holdfast/src';
const core = ['verdict', 'errors', 'events', 'resilience', 'clock', 'state'];
const library = [...core, 'tree', 'awake', 'process', 'session', 'operation', 'adapters'];
const shared = [...library, 'model', 'identity'];
const parts = [...shared, 'config', 'query', 'xml', 'transport', 'version'];

/** The layers, in the direction of the dependencies. */
export const layers: readonly Layer[] = [
  {
    name: 'verdict',
    folder: 'packages/resilience/src/classify/verdict',
    mayImport: [],
    reason: 'The verdict is a plain type that every error can carry, so it needs no part.',
  },
  {
    name: 'errors',
    folder: 'packages/resilience/src/errors',
    mayImport: ['verdict'],
    reason: 'Every part throws these errors, so they need no part.',
  },
  {
    name: 'clock',
    folder: 'packages/resilience/src/clock',
    mayImport: ['errors'],
    reason: 'The clock stands alone, so that the supervisor can use it and stay small.',
  },
  {
    name: 'events',
    folder: 'packages/resilience/src/events',
    mayImport: ['errors', 'clock'],
    reason: 'Every part publishes events, so the channel knows none of them.',
  },
  ...['tree', 'awake'].map((name) => ({
    name,
    folder: `packages/resilience/src/${name}`,
    mayImport: ['verdict', 'errors', 'clock', 'events'],
    reason:
      'The supervision tree and the watch over the machine are usable alone: they need the clock, no more.',
  })),
  {
    name: 'telemetry',
    folder: 'packages/resilience/src/telemetry',
    mayImport: [...core, 'tree', 'session', 'operation'],
    reason: 'The one typed stream names the events of all parts by their types, and runs none of them.',
  },
  ...['otel', 'metrics'].map((name) => ({
    name,
    folder: `packages/resilience/src/${name}`,
    mayImport: ['errors', 'events', 'telemetry', 'clock'],
    reason: 'A bridge listens to the stream and knows no part that speaks on it.',
  })),
  ...['chaos', 'testing'].map((name) => ({
    name,
    folder: `packages/resilience/src/${name}`,
    mayImport: core,
    reason: 'Faults and clocks for tests are built on the ports of the policy, which knows neither.',
  })),
  {
    name: 'process',
    folder: 'packages/resilience/src/process',
    mayImport: ['errors', 'clock'],
    reason:
      'Who a process is, is asked of the system alone, so that the supervisor can use it and stay small.',
  },
  {
    name: 'children',
    folder: 'packages/resilience/src/children',
    mayImport: ['verdict', 'errors', 'clock', 'tree', 'process'],
    reason: 'Threads and processes are children of the tree, which starts functions and knows neither.',
  },
  {
    name: 'session',
    folder: 'packages/resilience/src/session',
    mayImport: [...core, 'process'],
    reason: 'A session knows its adapter by the port: which driver stands behind it is not its affair.',
  },
  {
    name: 'operation',
    folder: 'packages/resilience/src/operation',
    mayImport: [...core, 'process', 'session'],
    reason: 'An operation works with leases of a session and with a ledger, and knows no driver.',
  },
  {
    name: 'adapters',
    folder: 'packages/resilience/src/adapters',
    mayImport: [...core, 'process', 'session'],
    reason:
      'An adapter makes one driver fit the port of sessions; it knows no operation and no other driver.',
  },
  {
    name: 'lint-plugin',
    folder: 'packages/resilience/src/lint',
    mayImport: [],
    reason: 'The lint plugin is loaded by a linter and reads syntax trees; it runs nothing of the library.',
  },
  {
    name: 'state',
    folder: 'packages/resilience/src/state',
    mayImport: ['verdict', 'errors', 'resilience', 'clock', 'events'],
    reason: 'The state stores are part of a library that must be adoptable without the application.',
  },
  {
    name: 'resilience',
    folder: 'packages/resilience/src',
    mayImport: ['verdict', 'errors', 'clock', 'state', 'tree', 'events', 'telemetry'],
    reason: 'The library must be adoptable without the application, so it imports nothing of it.',
  },
  {
    name: 'upstream',
    folder: 'packages/upstream/src',
    mayImport: [],
    reason:
      'The simulated upstreams share no code with the product, so that one misunderstanding cannot sit on both sides.',
  },
  {
    name: 'version',
    folder: `${app}/version`,
    mayImport: [],
    reason: 'The version is read by everyone and reads nobody.',
  },
  {
    name: 'model',
    folder: `${app}/model`,
    mayImport: library,
    reason:
      'The model is plain types and schemas: everything rests on it, so it rests on nothing but the library.',
  },
  {
    name: 'identity',
    folder: `${app}/identity`,
    mayImport: [...library, 'model'],
    reason: 'Identifiers are text with rules of their own and need nothing but the model.',
  },
  ...['config', 'query', 'xml', 'transport'].map((name) => ({
    name,
    folder: `${app}/${name}`,
    mayImport: [...shared, 'version'],
    reason:
      'The small shared parts stand beside the model: they know neither sources nor stores nor one another.',
  })),
  {
    name: 'control',
    folder: `${app}/control`,
    mayImport: ['clock', 'model'],
    reason: 'Question and answer between processes: also the supervisor speaks it, which stays small.',
  },
  {
    name: 'child',
    folder: `${app}/child`,
    mayImport: ['clock', 'model'],
    reason:
      'What every child of the supervisor does alike; it knows neither the supervisor nor the children.',
  },
  {
    name: 'sources',
    folder: `${app}/sources`,
    mayImport: parts,
    reason: 'A source knows one upstream and no store: what it yields must fit every store.',
  },
  {
    name: 'store',
    folder: `${app}/store`,
    mayImport: parts,
    reason: 'A store knows no source: what it keeps must not depend on where it came from.',
  },
  ...['ingest', 'audit', 'follow'].map((name) => ({
    name,
    folder: `${app}/${name}`,
    mayImport: [
      ...parts,
      'formats',
      'sources port',
      'store port',
      // An audit asks; what it asks of whoever fetches and commits is its port.
      ...(name === 'ingest' ? ['audit port'] : []),
    ],
    reason:
      'Only engine/main.ts joins the parts: this one works on the ports of sources and stores and knows no other.',
  })),
  {
    name: 'audit report',
    folder: `${app}/audit/report`,
    mayImport: ['model', 'store port'],
    reason:
      'What is complete is reckoned from what a store says, so that whoever shows it judges by the same function.',
  },
  {
    name: 'markup',
    folder: `${app}/markup`,
    mayImport: [],
    reason: 'HTML that escapes what is put into it is made in one place, and needs no other.',
  },
  {
    name: 'formats',
    folder: `${app}/formats`,
    mayImport: parts,
    reason:
      'A format writes papers as text or bytes; where they come from and where they go is not its affair.',
  },
  {
    name: 'datasets',
    folder: `${app}/datasets`,
    mayImport: parts,
    reason: 'A data set is read as somebody left it; what its entries mean is for those who read it.',
  },
  {
    name: 'seeding',
    folder: `${app}/seeding`,
    mayImport: [...parts, 'sources', 'store port', 'datasets'],
    reason:
      'Seeding turns entries of a data set into items and commits them; it works on the port of stores.',
  },
  {
    name: 'proof',
    folder: `${app}/proof`,
    mayImport: [...parts, 'store port'],
    reason: 'Proofs and digests are reckoned from what a store says, whatever store it is.',
  },
  {
    name: 'backup',
    folder: `${app}/backup`,
    mayImport: [...parts, 'store'],
    reason: 'A copy is made, tested and put back whole; it knows nothing of harvesting.',
  },
  {
    name: 'engine',
    folder: `${app}/engine`,
    mayImport: [
      ...parts,
      'control',
      'child',
      'sources',
      'store',
      'ingest',
      'audit',
      'follow',
      'formats',
      'datasets',
      'seeding',
      'proof',
      'backup',
    ],
    reason: 'The engine joins everything below it and does not know who started it or who looks at it.',
  },
  {
    name: 'status',
    folder: `${app}/status`,
    mayImport: [...parts, 'store', 'control', 'backup', 'audit report'],
    reason: 'The status is read from the store and asked of whoever runs; who shows it is not its affair.',
  },
  {
    name: 'server',
    folder: `${app}/server`,
    mayImport: [...parts, 'store', 'control', 'child', 'status', 'follow', 'formats', 'markup'],
    reason:
      'The server shows and tells what the store and the status say, and changes nothing, so that it works when the engine does not.',
  },
  {
    name: 'daemon',
    folder: `${app}/daemon`,
    mayImport: ['model', 'clock', 'process', 'control'],
    reason:
      'The supervisor must outlive everything it starts, so it stays small: the model, the clock, who a process is and the control address, no more.',
  },
  {
    name: 'service',
    folder: `${app}/service`,
    mayImport: [...library, 'model', 'config', 'version'],
    reason: 'OS services are files and commands; they know nothing of harvesting.',
  },
  {
    name: 'cli',
    folder: `${app}/cli`,
    mayImport: [
      ...parts,
      'store',
      'control',
      'status',
      'audit',
      'audit report',
      'markup',
      'follow',
      'formats',
      'datasets',
      'proof',
      'backup',
      'service',
      'daemon',
    ],
    reason:
      'The command line is the thin parent of the engine; it starts engine, server and simulator by path, each as a process of its own.',
  },
  {
    name: 'drill of sessions',
    folder: 'drill/sessions',
    mayImport: [...library, 'drill'],
    reason: 'This drill is a user of the published library and of the portal; it knows nothing behind them.',
  },
  {
    name: 'portal',
    folder: 'examples/portal',
    mayImport: [],
    reason: 'The portal judges what was done to it, so it shares no code with the library.',
  },
  {
    name: 'examples',
    folder: 'examples',
    mayImport: [...library, 'portal'],
    reason: 'An example uses what is published, as a reader would.',
  },
  {
    name: 'drill',
    folder: 'drill',
    mayImport: [],
    reason: 'The drill judges from outside: it knows the built command line and nothing behind it.',
  },
];
