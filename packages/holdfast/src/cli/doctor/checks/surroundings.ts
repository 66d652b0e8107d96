import { missingContact } from '../../../transport/user-agent.ts';
import type { Check } from '../world.ts';
import type { Finding } from '../finding.ts';
import { broken, doubtful, fine, skipped } from '../finding.ts';

const LEAST_DESCRIPTORS = 1_024;

/** Whom an upstream can write to. */
export const contact: Check = ({ config }) => {
  const missing = missingContact(config.contact ?? undefined);
  return [
    missing === null
      ? fine('contact', `Upstreams are told ${config.contact ?? ''}.`)
      : doubtful('contact', missing, 'add "contact": "you@example.org" to holdfast.config.json'),
  ];
};

/** Variables that decide how requests leave the machine. */
export const proxy: Check = ({ io: { env }, exists }) => {
  const found: Finding[] = [];
  for (const name of ['HTTPS_PROXY', 'HTTP_PROXY', 'https_proxy', 'http_proxy']) {
    const value = env[name];
    if (value === undefined || value === '') continue;
    const url = URL.parse(value.includes('://') ? value : `http://${value}`);
    found.push(
      url === null
        ? broken('proxy', `${name} is not an address.`, `correct or unset ${name}`)
        : fine('proxy', `${name}: requests go through ${url.host}.`),
    );
  }
  if (env['NODE_TLS_REJECT_UNAUTHORIZED']?.trim() === '0')
    found.push(
      broken(
        'tls',
        'NODE_TLS_REJECT_UNAUTHORIZED=0 turns off the check of certificates; Holdfast refuses to run so.',
        'unset it; name a private authority by NODE_EXTRA_CA_CERTS',
      ),
    );
  const authorities = env['NODE_EXTRA_CA_CERTS'];
  if (authorities !== undefined && authorities !== '' && !exists(authorities))
    found.push(broken('tls', `NODE_EXTRA_CA_CERTS names ${authorities}, which is not there.`, 'correct it'));
  return found;
};

/** How many files and sockets this user's programs may have open. */
export const descriptors: Check = async ({ io: { platform }, readText, run }) => {
  if (platform === 'win32') return [];
  const limit =
    platform === 'linux'
      ? /^Max open files\s+(\d+|unlimited)/m.exec(readText('/proc/self/limits') ?? '')?.[1]
      : (await run(['sh', '-c', 'ulimit -n'])).out.trim();
  if (limit === undefined || limit === '')
    return [skipped('descriptors', 'The limit of open files is not known.')];
  if (limit === 'unlimited' || Number(limit) >= LEAST_DESCRIPTORS)
    return [fine('descriptors', `Up to ${limit} files may be open.`)];
  return [
    doubtful(
      'descriptors',
      `Only ${limit} files may be open at a time.`,
      'raise it: ulimit -n 4096, or LimitNOFILE of the service',
    ),
  ];
};

/** Channels of alerts whose secrets are not here. */
export const alerts: Check = ({ config, io: { env } }) => {
  const { channels } = config.alerts;
  if (channels.length === 0)
    return [
      fine('alerts', 'Nobody is told when something is wrong ("alerts" of the configuration adds channels).'),
    ];
  const names = channels.flatMap((channel) => {
    if (channel.type === 'webhook') return channel.secretEnv ?? [];
    if (channel.type === 'email')
      return [channel.userEnv, channel.passwordEnv].filter((name) => name !== null);
    return [];
  });
  const missing = names.filter((name) => (env[name] ?? '') === '');
  if (missing.length === 0)
    return [
      fine(
        'alerts',
        `${channels.length} channel${channels.length === 1 ? '' : 's'}; try them: holdfast alert test.`,
      ),
    ];
  return missing.map((name) =>
    doubtful(
      'alerts',
      `A channel needs ${name}, which is not set here.`,
      `set ${name} where Holdfast is started`,
    ),
  );
};
