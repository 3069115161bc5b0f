/** The PCAPNG file of `--pcap`, and the confinement of a run, which both begin when its sockets are open. @module */
import { LinkType } from '../../base/link-type.ts';
import type { HostOptions } from '../../probe/index.ts';

export interface ProbeFileOptions {
  readonly path: string | undefined;
  readonly protocol: 'icmp' | 'udp' | 'tcp';
  readonly interface: string | undefined;
  /** Confines the process, and creates the file as the user who shall own it. */
  readonly confinement: { enter<File>(createFile: () => File): { readonly files: File } };
}

/**
 * Runs `work` with a tap that confines the process and creates the file of `--pcap`. The file is closed also when `work`
 * fails.
 */
export async function withProbeFile(
  { path, protocol, interface: name = 'probes', confinement }: ProbeFileOptions,
  work: (options: Pick<HostOptions, 'tap'>) => Promise<void>,
): Promise<void> {
  if (path === undefined) {
    await work({ tap: () => confinement.enter(() => undefined).files });
    return;
  }
  const { createPcapngWriter } = await import('../../pcap/index.ts');
  let writer: ReturnType<typeof createPcapngWriter> | undefined;
  const create = () => {
    writer = createPcapngWriter(path, { comment: `probes of one run and their replies (${protocol})` });
    writer.addInterface({ linkType: LinkType.raw, name });
    return writer;
  };
  try {
    await work({ tap: () => confinement.enter(create).files });
  } finally {
    await writer?.close();
  }
}
