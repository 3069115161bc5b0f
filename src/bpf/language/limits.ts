/**
 * Bounds on filter text, so that hostile text is refused in milliseconds. Far above what people write: the longest
 * filter in libpcap's tests has some 2,000 characters. @module
 */

/** Characters of a filter. */
export const MAX_EXPRESSION_LENGTH = 65_536;
/** Parentheses, brackets and `not` inside each other. */
export const MAX_NESTING = 256;
/** Tests in the control-flow graph before optimisation; each takes one to ten instructions. */
export const MAX_GRAPH_NODES = 50_000;
/** Instructions of a finished program; the kernel takes 4,096. */
export const MAX_PROGRAM_LENGTH = 65_536;
