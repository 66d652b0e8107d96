import { describe, expect, it } from 'vitest';
import { missingContact, userAgent } from './user-agent.ts';

describe('the User-Agent', () => {
  it('names the version and the contact', () => {
    expect(userAgent('1.2.3', undefined)).toBe('holdfast/1.2.3');
    expect(userAgent('1.2.3', ' you@example.org ')).toBe('holdfast/1.2.3 (mailto:you@example.org)');
    expect(userAgent('1.2.3', 'mailto:you@example.org')).toBe('holdfast/1.2.3 (mailto:you@example.org)');
    expect(userAgent('1.2.3', 'https://example.org/bot')).toBe('holdfast/1.2.3 (+https://example.org/bot)');
  });

  it.each(['you@example.org\r\nX-Evil: 1', 'ünï@example.org', 'me', 'a@b.org) (x', 'a b@c.org'])(
    'refuses %j',
    (contact) => {
      expect(() => userAgent('1', contact)).toThrow(expect.objectContaining({ code: 'ERR_CONTACT' }));
    },
  );

  it('points out a missing contact, and only that', () => {
    expect(missingContact('you@example.org')).toBeNull();
    expect(missingContact(' ')).toContain('contact');
    expect(missingContact(undefined)).toContain('contact');
  });
});
