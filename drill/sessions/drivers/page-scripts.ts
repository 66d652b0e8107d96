/** Expressions for drivers whose own calls differ; as text, since they run in the page. */

/** Texts of the elements that fit a selector. */
export function textsOf(selector: string): string {
  return `[...document.querySelectorAll(${JSON.stringify(selector)})].map((each) => each.textContent.trim())`;
}

/** Fills the form that has these fields and sends it. */
export function submitForm(fields: Readonly<Record<string, string>>): string {
  return `(() => {
    const fields = Object.entries(${JSON.stringify(fields)});
    const form = [...document.forms].find((each) => fields.every(([name]) => each.elements.namedItem(name) !== null));
    for (const [name, value] of fields) form.elements.namedItem(name).value = value;
    form.requestSubmit();
  })()`;
}
