/**
 * Bounds on filter text, so that hostile text is refused in milliseconds. Far above what people write: the longest
 * filter in libpcap's tests has some 2,000 characters. @module
 */

/** Characters of a filter. */
export const MAX_EXPRESSION_LENGTH = 65_536;
/** Parentheses, brackets and `not` inside each other. */
export const MAX_NESTING = 256;
/** Operations in the arithmetic of one relation, whose tree is walked by recursion. */
export const MAX_OPERATIONS = 256;
/** Tests that the words of a filter stand for; a host takes twelve, a Geneve tunnel thirty. */
export const MAX_TESTS = 65_536;
/** `geneve` and `vxlan` tests of a filter; scratch memory suffices for as many. */
export const MAX_TUNNELS = 16;
/** Tests in the control-flow graph before optimisation; each takes one to ten instructions. */
export const MAX_GRAPH_NODES = 32_768;
/** Instructions of a finished program; the kernel takes 4,096. */
export const MAX_PROGRAM_LENGTH = 65_536;

/** Thrown by a part of the compiler that has reached its bound; the message says which. */
export class LimitError extends Error {}
