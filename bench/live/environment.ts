/** Environment variables of the compared programs. @module */

/**
 * Returns the current environment without NODE_EXTRA_CA_CERTS: Node 20 reads these certificates at every start, which
 * takes 36 ms for the certificate store of a system.
 */
export function plainEnvironment(): NodeJS.ProcessEnv {
  const { NODE_EXTRA_CA_CERTS: _, ...rest } = process.env;
  return rest;
}
