/** Descriptions of common daemons, for hosts whose units and packages have none. @module */

export interface KnownProgram {
  readonly description: string;
  /** Part of the operating system, not a service that it hosts. */
  readonly isSystem: boolean;
}

/** By command name, as in /proc/PID/comm. */
const SYSTEM: Readonly<Record<string, string>> = {
  chronyd: 'The NTP daemon',
  cupsd: 'The printing daemon',
  dnsmasq: 'The DNS forwarder and DHCP daemon',
  'ftpd.main': 'The FTP daemon',
  ginetd: 'The INET daemon',
  inetd: 'The INET daemon',
  interface: 'The interface controller for inter-process communication',
  ipfw: 'The IP firewall',
  named: 'The DNS daemon',
  nmbd: 'The NetBIOS name daemon',
  ntpd: 'The NTP daemon',
  rpcbind: 'The RPC port mapper',
  'rpc.mountd': 'The NFS mount daemon',
  'rpc.statd': 'The NFS status daemon',
  rsyslogd: 'The system logging daemon',
  slapd: 'The Standalone LDAP daemon',
  smbd: 'The SMB file server',
  snmpd: 'The SNMP daemon',
  sntpd: 'The SNTP daemon',
  sshd: 'The SSH daemon',
  syslogd: 'The system logging daemon',
  systemd: 'The system and service manager',
  'systemd-resolve': 'The name resolution manager',
  unbound: 'The DNS resolver',
  vsftpd: 'The FTP daemon',
  winbindd: 'The Samba Name Service Switch daemon',
  xinetd: 'The INET daemon',
};

const FEATURES: Readonly<Record<string, string>> = {
  apache2: 'Web server',
  beam: 'Erlang virtual machine',
  'beam.smp': 'Erlang virtual machine',
  containerd: 'Container runtime',
  dockerd: 'Container engine',
  dovecot: 'IMAP and POP3 server',
  etcd: 'Key-value store',
  euq_webui: 'GUI for ISQ',
  exim4: 'Mail server',
  gui: 'GUI process',
  haproxy: 'Load balancer',
  hermes: 'MGA mail server',
  httpd: 'Web server',
  java: 'Java program',
  kubelet: 'Kubernetes node agent',
  mariadbd: 'SQL database',
  master: 'Postfix mail server',
  memcached: 'Memory cache',
  mongod: 'Document database',
  mysqld: 'SQL database',
  nginx: 'Web server and reverse proxy',
  node: 'Node.js program',
  postgres: 'SQL database',
  prometheus: 'Monitoring system',
  python3: 'Python program',
  'redis-server': 'Key-value store',
  splunkd: 'Log indexing and search',
  squid: 'Web proxy',
};

/** Returns the entry of a command, or undefined. */
export function knownProgram(command: string): KnownProgram | undefined {
  const system = Object.hasOwn(SYSTEM, command) ? SYSTEM[command] : undefined;
  const feature = Object.hasOwn(FEATURES, command) ? FEATURES[command] : undefined;
  const description = system ?? feature;
  return description === undefined ? undefined : { description, isSystem: system !== undefined };
}
