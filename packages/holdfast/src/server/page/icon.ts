/** The sign of the page in a tab. */
export const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 16 16"><rect width="16" height="16" rx="3.5" fill="#1b5e8c"/><path d="M4.5 3.5v9M11.5 3.5v9M4.5 8h7" fill="none" stroke="#fff" stroke-width="2" stroke-linecap="round"/></svg>`;
