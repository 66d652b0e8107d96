import type { JsonValue } from '../../state/state-store.ts';

/** A cookie as every driver can give and take it. A type alias, so that it counts as JSON. */
export type BrowserCookie = {
  readonly name: string;
  readonly value: string;
  readonly domain: string;
  readonly path: string;
  /** Seconds since the epoch; -1 for a cookie of the browser session. */
  readonly expires: number;
  readonly httpOnly: boolean;
  readonly secure: boolean;
  readonly sameSite: 'Strict' | 'Lax' | 'None';
};

/** One index of an object store. */
export type StoredIndex = {
  readonly name: string;
  readonly keyPath: string | readonly string[];
  readonly unique: boolean;
  readonly multiEntry: boolean;
};

/** One object store with everything in it. Keys and values are written as storage-codec.ts says. */
export type StoredObjects = {
  readonly name: string;
  readonly keyPath: string | readonly string[] | null;
  readonly autoIncrement: boolean;
  readonly indexes: readonly StoredIndex[];
  /** Pairs of key and value; the key is null where the value holds it. */
  readonly records: readonly (readonly [key: JsonValue, value: JsonValue])[];
  /** Records that cannot be written as text, such as keys of cryptography, and are missing here. */
  readonly leftOut: number;
};

/** One IndexedDB database. */
export type StoredDatabase = {
  readonly name: string;
  readonly version: number;
  readonly stores: readonly StoredObjects[];
};

/** What one origin keeps in the browser. */
export type OriginState = {
  readonly origin: string;
  readonly localStorage: Readonly<Record<string, string>>;
  /** Belongs to a tab; a snapshot keeps that of the tab that changed it last. */
  readonly sessionStorage: Readonly<Record<string, string>>;
  readonly indexedDB?: readonly StoredDatabase[];
};

/** A login as it can be carried over to a new browser, of any of the drivers: plain JSON. */
export type BrowserSnapshot = {
  readonly cookies: readonly BrowserCookie[];
  readonly origins: readonly OriginState[];
};
