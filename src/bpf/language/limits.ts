/**
 * Limits on filter text, so that hostile text is refused in milliseconds. They are far above practical filters: the
 * longest filter in libpcap's tests has some 2,000 characters. @module
 */

/** Maximum length of a filter in characters. */
export const MAX_EXPRESSION_LENGTH = 65_536;
/** Maximum nesting of parentheses, brackets and `not`. */
export const MAX_NESTING = 256;
/** Maximum number of operations in one relation, whose tree is walked recursively. */
export const MAX_OPERATIONS = 256;
/** Maximum number of tests before optimisation; a host needs twelve, a Geneve tunnel thirty. */
export const MAX_TESTS = 65_536;
/** Maximum number of `geneve` and `vxlan` tests in a filter; scratch memory suffices for these. */
export const MAX_TUNNELS = 16;
/** Maximum number of nodes in the graph before optimisation; each becomes one to ten instructions. */
export const MAX_GRAPH_NODES = 32_768;
/** Maximum length of a program in instructions; the kernel accepts 4,096. */
export const MAX_PROGRAM_LENGTH = 65_536;

/** Thrown by the parts of the compiler at a limit, which the message names. */
export class LimitError extends Error {}
