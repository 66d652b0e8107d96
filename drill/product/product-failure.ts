/**
 * The product did not do what it had to, so that a play could not go on: that is a word on the product, and its row is
 * invalid, unlike after any other error, which says something of the drill.
 */
export class ProductFailure extends Error {
  override readonly name = 'ProductFailure';
}
