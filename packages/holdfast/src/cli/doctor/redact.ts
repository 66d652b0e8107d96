import type { AlertChannel, Config } from '../../config/index.ts';

/** Names of variables whose values are secrets of a user. */
const SECRET_NAME = /(pass|secret|token|key|credential|auth)/i;
/** Shorter values would tear holes into ordinary words. */
const LEAST_SECRET = 6;

/** What must not leave the machine. */
export interface Secrets {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  readonly config: Config;
}

/** The configuration without addresses of people, secrets in addresses, and what commands are given. */
export function redactedConfig(config: Config): object {
  return {
    ...config,
    contact: config.contact === null ? null : '(set)',
    deadman: config.deadman === null ? null : { ...config.deadman, url: originOf(config.deadman.url) },
    alerts: { ...config.alerts, channels: config.alerts.channels.map(redactedChannel) },
    sources: config.sources.map(({ baseUrl, ...source }) => ({
      ...source,
      ...(baseUrl === undefined ? {} : { baseUrl: withoutSecrets(baseUrl) }),
    })),
  };
}

/** Text without known secrets, user names and passwords in addresses, mail addresses, and the name of the home folder. */
export function redactText(text: string, secrets: Secrets): string {
  const known = knownSecrets(secrets).toSorted((a, b) => b.length - a.length);
  const withoutKnown = known.reduce((rest, secret) => rest.replaceAll(secret, '(secret)'), text);
  return withoutKnown
    .replace(/\b([a-z][a-z0-9+.-]*:\/\/)[^/\s"'@]+@/gi, '$1')
    .replace(
      /([?&](?:[^=&\s"']*(?:key|token|secret|pass|auth|signature)[^=&\s"']*)=)[^&\s"']+/gi,
      '$1(secret)',
    )
    .replace(/[\w.%+-]+@[\w-]+(?:\.[\w-]+)+/g, '(address)')
    .replaceAll(secrets.home === '/' || secrets.home === '' ? '\0' : secrets.home, '~');
}

function knownSecrets({ env, config }: Secrets): string[] {
  const { channels } = config.alerts;
  const named = channels.flatMap((channel) => {
    if (channel.type === 'webhook') return [channel.secretEnv];
    return channel.type === 'email' ? [channel.userEnv, channel.passwordEnv] : [];
  });
  const values = Object.entries(env)
    .filter(([name]) => named.includes(name) || SECRET_NAME.test(name))
    .map(([, value]) => value ?? '');
  const addresses = [
    ...channels.flatMap((channel) => (channel.type === 'webhook' ? [channel.url] : [])),
    ...(config.deadman === null ? [] : [config.deadman.url]),
    config.contact ?? '',
  ].flatMap((text) => [text, pathOf(text)]);
  return [...values, ...addresses].filter((value) => value.length >= LEAST_SECRET).flatMap(formsOf);
}

/** A text as it is, as a log of JSON holds it, and as an address does. */
function formsOf(text: string): string[] {
  const inAddress = encodeURIComponent(text.toWellFormed());
  return [...new Set([text, JSON.stringify(text).slice(1, -1), inAddress, inAddress.replaceAll('%20', '+')])];
}

function redactedChannel(channel: AlertChannel): object {
  switch (channel.type) {
    case 'webhook':
      return { ...channel, url: originOf(channel.url) };
    case 'command':
      return {
        ...channel,
        command: [channel.command[0] ?? '', ...channel.command.slice(1).map(() => '(argument)')],
      };
    case 'desktop':
      return channel;
    case 'email':
      return { ...channel, to: channel.to.map(() => '(address)'), from: '(address)' };
  }
}

function originOf(text: string): string {
  const url = URL.parse(text);
  return url === null ? '(address)' : `${url.origin}/…`;
}

function pathOf(text: string): string {
  const url = URL.parse(text);
  return url === null ? '' : `${url.pathname}${url.search}`;
}

function withoutSecrets(text: string): string {
  const url = URL.parse(text);
  if (url === null) return '(address)';
  url.username = '';
  url.password = '';
  if (url.search !== '') url.search = '?…';
  return url.href;
}
