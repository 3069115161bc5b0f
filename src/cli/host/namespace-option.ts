/** `--netns`: the network namespace that a command looks at. @module */
import { type NetworkNamespace, openNetworkNamespace } from '../../sys/namespace.ts';
import { optionGroup } from '../option-group.ts';

/** Declares `--netns`. */
export function namespaceOption(group: string) {
  return optionGroup(group).value('look into the network namespace of this name (ip-netns(8)) or process id');
}

/**
 * Runs `work` with the namespace that `--netns` names, and closes it afterwards.
 * @param name undefined: `work` gets undefined, which is the namespace of this process
 * @throws StackError `NO_NAMESPACE`, `PRIVILEGE`
 */
export async function withNamespace<T>(
  name: string | undefined,
  work: (namespace: NetworkNamespace | undefined) => Promise<T>,
): Promise<T> {
  using namespace = name === undefined ? undefined : openNetworkNamespace(name);
  return await work(namespace);
}
