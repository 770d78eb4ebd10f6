import ipaddr from 'ipaddr.js';

const BYTES_OF_A_64 = 8;

/**
 * Whom an address stands for when attempts are counted. An IPv4 address counts as it is, also where it is written as
 * IPv6. Of IPv6 the first 64 bits count: that is what a single customer has, with more addresses than could be counted.
 */
export function networkOf(ip: string): string {
  // A trusted proxy may send any text.
  if (!ipaddr.isValid(ip)) return ip;
  const address = ipaddr.process(ip);
  return address.kind() === 'ipv4'
    ? address.toString()
    : `${ipaddr.fromByteArray([...address.toByteArray().slice(0, BYTES_OF_A_64), ...new Array(8).fill(0)])}/64`;
}
