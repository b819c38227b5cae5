/** A generated caption and its references, all tokenised: tokens joined by spaces, as `tokenizeCaptions` makes them. */
export interface TokenizedCaption {
  readonly hypothesis: string;
  readonly references: readonly string[];
}
