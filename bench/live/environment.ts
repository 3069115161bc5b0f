/** The environment of the programs that are compared. @module */

/**
 * Ours, without one variable: with NODE_EXTRA_CA_CERTS set, Node 20 reads certificates as it starts, for 36 ms where they are
 * those of a whole system, whether the program talks TLS or not.
 */
export function plainEnvironment(): NodeJS.ProcessEnv {
  const { NODE_EXTRA_CA_CERTS: _, ...rest } = process.env;
  return rest;
}
