/** First names of the people on the portal. */
export const firstNames: readonly [string, ...string[]] = [
  'Ada',
  'Björn',
  'Chiara',
  'Dmitri',
  'Émilie',
  'Farid',
  'Grace',
  'Hiroko',
  'Ines',
  'Jörg',
  'Kwame',
  'Léa',
  'Małgorzata',
  'Noa',
  'Olu',
  'Priya',
  'Quentin',
  'Rosa',
  'Søren',
  'Tomás',
];

/** Last names; an apostrophe and a hyphen among them. */
export const lastNames: readonly [string, ...string[]] = [
  'Lovelace',
  "O'Brien",
  'García-Márquez',
  'Nakamura',
  'Okafor',
  'Müller',
  'Šimić',
  'van der Berg',
  'Ødegård',
  'Zhang',
];

/** Where people live. */
export const cities: readonly [string, ...string[]] = [
  'Bristol',
  'Łódź',
  'Lisbon',
  'Kyoto',
  'Accra',
  'Montréal',
  'Tbilisi',
  'Malmö',
];

/** What people write about themselves. */
export const abouts: readonly [string, ...string[]] = [
  'Sails when it blows, reads when it does not.',
  'Has repaired the same bicycle eleven times.',
  'Teaches mathematics and plays the oboe.',
  'Looks for somebody to translate a cookbook with.',
  'Maps caves, by daylight if possible.',
  'Restores radios from before 1960.',
];

/** What a portal must show as text and a reader must keep as text: markup, quotes, right to left, emoji, nothing. */
export const hostileTexts: readonly [string, ...string[]] = [
  '<script>document.title = "owned"</script>',
  '"><img src=x onerror="document.title=\'owned\'">',
  `'; DROP TABLE matches; --`,
  'مرحبا \u202e txet desrever \u202c שלום',
  '👩‍🚀 🏳️‍🌈 e\u0301 ﷽ 𝒜',
  '=HYPERLINK("http://127.0.0.1","click")',
  '&lt;b&gt; is already escaped &amp; must stay so',
  'line one\nline two\ttab',
  '   ',
];

/** Subjects of messages in the inbox. */
export const subjects: readonly [string, ...string[]] = [
  'Hello',
  'About Saturday',
  'Your question',
  'A book for you',
  'Thank you',
  'Shall we meet?',
];

/** Texts of messages in the inbox. */
export const letters: readonly [string, ...string[]] = [
  'I read your profile and had to smile. Do you know the harbour café?',
  'Thank you for the photograph. Which year was that?',
  'No, I have never been there. Is it worth the climb?',
  'Saturday suits me well. I bring the map.',
  'It took me three weeks to answer, which says nothing about you.',
];
