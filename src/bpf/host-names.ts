/** Lists the host names in a filter, so that they can be looked up before it is compiled. @module */
import { parseFilter } from './language/parse.ts';
import type { Expression } from './language/syntax.ts';

/**
 * Returns the host names in `expression`, each once, in the order of the text. Compilation is synchronous: look the
 * names up first, and pass `compileFilter` a resolver with the answers.
 * @throws FilterError when `expression` is not a filter
 */
export function hostNamesOf(expression: string): readonly string[] {
  const tree = parseFilter(expression);
  const names = new Set<string>();
  if (tree !== undefined) collect(tree, names);
  return [...names];
}

function collect(node: Expression, names: Set<string>): void {
  switch (node.kind) {
    case 'chain':
      collect(node.first, names);
      for (const { operand } of node.rest) collect(operand, names);
      break;
    case 'not':
      collect(node.operand, names);
      break;
    case 'identifier': {
      const { type, protocol } = node.qualifiers;
      const isHost = type === undefined || type === 'host' || type === 'gateway';
      if (node.identifier.form === 'name' && isHost && protocol !== 'link' && protocol !== 'decnet') {
        names.add(node.identifier.text);
      }
      break;
    }
    default:
  }
}
