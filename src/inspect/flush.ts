/**
 * Flushes the network caches of the kernel: neighbours, route exceptions (path MTUs and redirects) and TCP metrics.
 * Permanent entries are kept. Connection tracking is no cache, and is not touched. @module
 */
import { writeFileSync } from 'node:fs';
import { StackError } from '../base/errors.ts';
import {
  dumpRouteExceptions,
  genericRequest,
  MessageFlag,
  type NetlinkConnection,
  NetlinkError,
  resolveGenericFamily,
} from '../netlink/index.ts';
import { AF_INET, AF_INET6 } from '../sys/constants.ts';
import { inNamespace } from '../sys/namespace.ts';
