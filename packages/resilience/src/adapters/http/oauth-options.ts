/** What every grant needs (RFC 6749). */
export interface OAuthEndpoint {
  /** Relative to `baseUrl`, or a full address. Secrets are told to it alone; its redirects are not followed. */
  readonly tokenUrl: string;
  readonly clientId: string;
  readonly clientSecret?: string;
  /** How the client proves itself (2.3.1); default `basic` with a secret. A public client tells its id in the body. */
  readonly clientAuth?: 'basic' | 'body';
  readonly scope?: string;
  /** A page that answers 401 to a token that is no good; without it a token is believed until a request is refused. */
  readonly checkPath?: string;
}

/** How the first token is got. A refresh token that comes with one is used from then on. */
export type OAuthGrant =
  | { readonly grant: 'client_credentials' }
  | { readonly grant: 'password'; readonly username: string; readonly password: string }
  /** With a token that a person has granted before. When it is refused, the session needs that person again. */
  | { readonly grant: 'refresh_token'; readonly refreshToken: string };

/** A login by OAuth 2.0 with a bearer token. */
export type OAuthOptions = OAuthEndpoint & OAuthGrant;
