/**
 * Characters of a formula at most: what stands in parentheses is read by recursion. Apart from the
 * parser, which is loaded later.
 */
export const MOST_CHARACTERS = 500;
