import { HoldfastError } from '../model/error.ts';

/**
 * `holdfast/<version>` and how to reach the person who runs it: an e-mail address or a URL.
 * @throws HoldfastError `ERR_CONTACT` when the contact cannot stand in a header.
 */
export function userAgent(version: string, contact: string | undefined): string {
  if (contact === undefined || contact.trim() === '') return `holdfast/${version}`;
  const text = contact.trim();
  if (!/^[\x21-\x27\x2a-\x7e]+$/.test(text) || !/^(https?:\/\/\S+|(mailto:)?[^@\s]+@[^@\s]+)$/i.test(text)) {
    throw new HoldfastError(
      'ERR_CONTACT',
      `The contact "${text.slice(0, 80)}" is neither an e-mail address nor a URL.`,
      {
        hint: 'Set "contact" in the configuration to an address such as you@example.org.',
      },
    );
  }
  const isLink = /^(https?|mailto):/i.test(text);
  return `holdfast/${version} (${isLink ? (/^http/i.test(text) ? '+' : '') + text : `mailto:${text}`})`;
}

/** What a person is told once when no contact is configured; null when one is. */
export function missingContact(contact: string | undefined): string | null {
  if (contact !== undefined && contact.trim() !== '') return null;
  return 'No contact is configured: the services that are asked cannot reach you before they block you.';
}
